// What can be asked for, and a sentence for everything else. The lists and defaults are those of
// model-core and web/src/page/wanted.rs: tests/page/defaults.rs compares them.

export const EMOTIONS = Object.freeze(["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]);
export const GANS = Object.freeze(["cgan", "acgan"]);
export const DEVICES = Object.freeze(["auto", "webgpu", "cpu"]);
export const THEMES = Object.freeze(["auto", "light", "dark"]);
export const LOADINGS = Object.freeze(["lazy", "eager"]);
export const DEFAULTS = Object.freeze({ emotion: "happy", gan: "acgan", seed: 6, device: "auto", truncation: 1 });

/** Pixels along the side of a face. */
export const SIDE = 48;
/** Faces in one request: a worker that is busy for seconds answers nobody else. */
export const BATCH = 32;
/** Faces in one call of the headless API: 90 MB of pixels. */
const MOST_FACES = 10_000;
const LARGEST_SEED = 2n ** 64n - 1n;
/** CSS pixels. */
const SMALLEST_SIZE = 24;
const LARGEST_SIZE = 2048;

/** A value that nobody can make a face of; its message is a sentence for people. */
export class InvalidValue extends RangeError {
  name = "InvalidValue";
}

/** A stranger's value in a sentence: short, and only ever shown as text. */
function quoted(value) {
  const text = String(value);
  return text.length > 40 ? `'${text.slice(0, 40)}…'` : `'${text}'`;
}

function oneOf(list, what, value) {
  const wanted = String(value).trim().toLowerCase();
  if (list.includes(wanted)) return wanted;
  throw new InvalidValue(`${quoted(value)} is not ${what}: expected ${list.slice(0, -1).join(", ")} or ${list.at(-1)}.`);
}

export const parseGan = (value) => oneOf(GANS, "a GAN of Seven Faces", value);
export const parseDevice = (value) => oneOf(DEVICES, "a device", value);
export const parseTheme = (value) => oneOf(THEMES, "a theme", value);
export const parseLoading = (value) => oneOf(LOADINGS, "a way of loading", value);

/**
 * "happy", or a blend such as "happy:0.5,surprise:0.5" whose shares are scaled to the sum 1, or the same
 * as an object. Returns the text in one spelling and the seven shares in label order.
 */
export function parseEmotion(value) {
  const isObject = typeof value === "object" && value !== null;
  const parts = isObject ? Object.entries(value) : String(value).split(",").map((part) => part.split(":"));
  const shares = new Array(EMOTIONS.length).fill(0);
  const seen = new Set();
  for (const [name, share = 1, ...rest] of parts) {
    const emotion = oneOf(EMOTIONS, "an emotion", name);
    const number = typeof share === "string" && share.trim() === "" ? NaN : Number(share);
    if (rest.length > 0 || seen.has(emotion) || !Number.isFinite(number) || number < 0) throw noBlend(value);
    seen.add(emotion);
    shares[EMOTIONS.indexOf(emotion)] = number;
  }
  const sum = shares.reduce((one, other) => one + other, 0);
  if (!(sum > 0 && Number.isFinite(sum))) throw noBlend(value);
  const weights = shares.map((share) => share / sum);
  return { emotion: spelled(weights), weights };
}

function noBlend(value) {
  const shown = typeof value === "object" ? JSON.stringify(value) : value;
  return new InvalidValue(
    `${quoted(shown)} is not a blend of emotions: expected each name once with a share above 0, such as happy:0.5,surprise:0.5.`,
  );
}

/** "happy", or "happy:0.5,surprise:0.5" in label order. */
function spelled(weights) {
  const part = (weight, index) => `${EMOTIONS[index]}:${Number(weight.toFixed(4))}`;
  const pure = weights.indexOf(1);
  return pure >= 0 ? EMOTIONS[pure] : weights.map(part).filter((text) => !text.endsWith(":0")).join(",");
}

/** All 64 bits: a number, a bigint or decimal digits. */
export function parseSeed(value) {
  const text = String(value).trim();
  const whole = typeof value !== "number" || Number.isSafeInteger(value);
  if (whole && /^[0-9]{1,20}$/.test(text)) {
    const seed = BigInt(text);
    if (seed <= LARGEST_SEED) return seed;
  }
  throw new InvalidValue(`${quoted(value)} is not a seed: expected a whole number from 0 to ${LARGEST_SEED}.`);
}

/** `count` seeds from this one on; the last of all is followed by 0, as in the trainer. */
export const seedsFrom = (seed, count) =>
  Array.from({ length: count }, (_, index) => BigInt.asUintN(64, seed + BigInt(index)));

/** A number where a number is exact. */
export const plainSeed = (seed) => (seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed);

/** How far from everybody's average a face may be: 0 is the average itself. */
export function parseTruncation(value) {
  const text = String(value).trim();
  const truncation = text === "" ? NaN : Number(text);
  if (truncation >= 0 && truncation <= 1) return truncation;
  throw new InvalidValue(`${quoted(value)} is not a truncation: expected a number from 0 to 1.`);
}

export function parseCount(value) {
  if (Number.isInteger(value) && value >= 1 && value <= MOST_FACES) return value;
  throw new InvalidValue(`${quoted(value)} is not a number of faces: expected 1 to ${MOST_FACES}.`);
}

/** CSS pixels, or null where the attribute is missing and CSS decides. */
export function parseSize(value) {
  if (value === null) return null;
  const size = /^[0-9]{1,4}$/.test(String(value).trim()) ? Number(value) : NaN;
  if (size >= SMALLEST_SIZE && size <= LARGEST_SIZE) return size;
  throw new InvalidValue(`${quoted(value)} is not a size: expected ${SMALLEST_SIZE} to ${LARGEST_SIZE} CSS pixels.`);
}

/** What one face is made from; throws `InvalidValue`. Missing values take their default. */
export function parseWanted({ emotion, gan, seed, device, truncation } = {}) {
  return {
    ...parseEmotion(emotion ?? DEFAULTS.emotion),
    gan: parseGan(gan ?? DEFAULTS.gan),
    seed: parseSeed(seed ?? DEFAULTS.seed),
    device: parseDevice(device ?? DEFAULTS.device),
    truncation: parseTruncation(truncation ?? DEFAULTS.truncation),
  };
}
