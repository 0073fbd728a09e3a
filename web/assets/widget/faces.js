// Pixels without an element: what `SevenFaces.load` gives.

import { DEFAULTS, DEVICES, EMOTIONS, GANS, SIDE, parseCount, parseSeed, parseWanted, plainSeed, seedsFrom } from "./values.js";
import { engine } from "./engine-queue.js";

/** Grey pixels as RGBA. */
export function opaque(grey) {
  const pixels = new Uint32Array(grey.length); // alpha, blue, green, red: browsers are little-endian
  for (let index = 0; index < grey.length; index += 1) pixels[index] = 0xff000000 | (grey[index] * 0x010101);
  return new Uint8ClampedArray(pixels.buffer);
}

/** A face as ImageData that knows what it was made from. */
export function faceImage({ pixels, seed, milliseconds, backend, reason }, { emotion, gan, truncation }) {
  const image = new ImageData(opaque(pixels), SIDE, SIDE);
  return Object.assign(image, { emotion, gan, seed: plainSeed(seed), truncation, milliseconds, backend, reason });
}

export class SevenFaces {
  static emotions = EMOTIONS;
  static gans = GANS;
  static devices = DEVICES;
  static defaults = DEFAULTS;

  #wishes;
  #closing = new AbortController();

  /** Use `SevenFaces.load`. */
  constructor(wishes) {
    this.#wishes = wishes;
    engine.hold();
  }

  static get base() {
    return engine.base;
  }

  static set base(address) {
    engine.base = address;
  }

  /** Loads engine and generator: resolves once a face could be made. */
  static async load({ onProgress = () => {}, ...wishes } = {}) {
    const faces = new SevenFaces(wishes);
    try {
      await faces.#make(parseWanted(wishes), [0n], (text, fraction) => onProgress({ text, fraction }));
    } catch (error) {
      faces.close();
      throw error;
    }
    return faces;
  }

  /** One face, or an array of them when `seeds` or `count` is given. */
  async generate({ seeds, count, ...wishes } = {}) {
    const wanted = parseWanted({ ...this.#wishes, ...wishes });
    const list = seeds ? Array.from(seeds, parseSeed) : seedsFrom(wanted.seed, parseCount(count ?? 1));
    parseCount(list.length);
    const images = await this.#make(wanted, list);
    return seeds || count !== undefined ? images : images[0];
  }

  async #make(wanted, seeds, hear) {
    const faces = await engine.faces(wanted, seeds, { signal: this.#closing.signal, hear });
    return faces.map((face) => faceImage(face, wanted));
  }

  /** Gives the engine back. What is still being made is rejected. */
  close() {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new DOMException("These faces are closed: load them again.", "AbortError"));
    engine.release();
  }
}
