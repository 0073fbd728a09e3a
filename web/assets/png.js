// Picture files from grey pixels, for the page and the widget. Never from a canvas: browsers that guard against tracking
// add noise to what is read from one.

/** The parts of a PNG file, each after its length and before its checksum. */
const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** A row holds differences to the row above: enlarged pictures pack well so. */
const FILTER_UP = 2;
const EIGHT_BIT_GREY = [8, 0, 0, 0, 0];

/** Grey pixels, `width` of them in a row, as a PNG file. */
export async function png(grey, width) {
  const height = grey.length / width;
  const rows = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    const start = y * (width + 1);
    rows[start] = FILTER_UP;
    for (let x = 0; x < width; x += 1) rows[start + 1 + x] = grey[y * width + x] - (y ? grey[(y - 1) * width + x] : 0);
  }
  const packed = new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate"));
  const header = [...bigEndian(width), ...bigEndian(height), ...EIGHT_BIT_GREY];
  const data = new Uint8Array(await new Response(packed).arrayBuffer());
  return new Blob([SIGNATURE, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", [])], { type: "image/png" });
}

function chunk(name, data) {
  const bytes = new Uint8Array(data.length + 12);
  bytes.set(bigEndian(data.length));
  bytes.set(Array.from(name, (letter) => letter.charCodeAt(0)), 4);
  bytes.set(data, 8);
  bytes.set(bigEndian(checksum(bytes.subarray(4, -4))), data.length + 8);
  return bytes;
}

const bigEndian = (number) => [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255];

/** CRC-32. */
function checksum(bytes) {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit += 1) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  }
  return ~rest;
}

/** A square of grey pixels with another number of pixels along its side: smoothly, and unchanged if it is the same. */
export function resized(grey, from, to) {
  return Uint8ClampedArray.from(transposed(transposed(grey, from, to), from, to));
}

/** Each row resampled from `from` to `to` pixels; it becomes a column. */
function transposed(pixels, from, to) {
  const rows = pixels.length / from;
  const result = new Float32Array(rows * to);
  const reach = Math.max(1, from / to); // A smaller picture takes the average of more pixels.
  for (let x = 0; x < to; x += 1) {
    const middle = ((x + 0.5) * from) / to - 0.5;
    const first = Math.ceil(middle - 2 * reach);
    const count = Math.floor(middle + 2 * reach) - first + 1;
    const shares = Array.from({ length: count }, (_, index) => catmullRom(Math.abs(first + index - middle) / reach));
    const sum = shares.reduce((one, other) => one + other);
    for (let y = 0; y < rows; y += 1) {
      let value = 0;
      shares.forEach((share, index) => {
        value += share * pixels[y * from + Math.min(Math.max(first + index, 0), from - 1)];
      });
      result[x * rows + y] = value / sum;
    }
  }
  return result;
}

/** The weight of a pixel at a distance. */
function catmullRom(distance) {
  if (distance < 1) return (1.5 * distance - 2.5) * distance * distance + 1;
  return distance < 2 ? ((2.5 - 0.5 * distance) * distance - 4) * distance + 2 : 0;
}
