// <seven-faces>: attributes become requests, answers become pixels and events.

import {
  DEFAULTS, InvalidValue, SIDE, parseLoading, parseSeed, parseSize, parseTheme, parseTruncation, parseWanted, plainSeed,
} from "./values.js";
import { faceImage, opaque } from "./faces.js";
import { engine } from "./engine-queue.js";
import { View } from "./view.js";

/** What decides the face; the other attributes decide how it looks. */
const WISHES = ["emotion", "gan", "seed", "device", "truncation"];
/** Loading starts this far from the visible part of the page. */
const NEAR = "300px";
/** Another person gets a seed below this: short enough to tell a friend. */
const SHORT_SEEDS = 1_000_000;
/** The side of a picture that can be saved, in pixels. */
const LARGEST_PICTURE = 4096;

let observer;

/** Loads an element once it is near the visible part of the page. */
function watch(element) {
  if (!globalThis.IntersectionObserver) return; // Nothing is visible where nothing is laid out, as in jsdom.
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting) target.load();
    },
    { rootMargin: NEAR },
  );
  observer.observe(element);
}

/** The module can be imported where there are no elements, for instance while a server renders. */
const Element = globalThis.HTMLElement ?? class {};

export class SevenFacesElement extends Element {
  static observedAttributes = [...WISHES, "size", "theme", "controls", "label", "loading"];

  #view;
  #state = "idle";
  #near = false;
  #scheduled = false;
  #made; // What the face shown or under way is made from.
  #underWay;
  #image;
  #sentence; // What is wrong, if anything is.
  #waiting; // The promise of the next face, while somebody waits for it.

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    this.#view = new View(root, {
      emotion: (emotion) => (this.emotion = emotion),
      another: () => (this.seed = Math.floor(Math.random() * SHORT_SEEDS)),
      retry: () => this.load(),
    });
  }

  /** "idle" until it is near, then "loading", "ready" or "error". */
  get state() {
    return this.#state;
  }

  connectedCallback() {
    for (const name of SevenFacesElement.observedAttributes) this.#adopt(name);
    engine.hold();
    this.#schedule();
    if (!this.#near) watch(this);
  }

  disconnectedCallback() {
    observer?.unobserve(this);
    engine.release();
    // An element that only changes its place is connected again by then.
    queueMicrotask(() => {
      if (this.isConnected || this.#state !== "loading") return;
      this.#stop(new DOMException("The element was removed from the page.", "AbortError"));
      this.#state = "idle";
    });
  }

  attributeChangedCallback() {
    this.#schedule();
  }

  /** A property that was set before the module arrived becomes an attribute. */
  #adopt(name) {
    if (!Object.hasOwn(this, name)) return;
    const value = this[name];
    delete this[name];
    this[name] = value;
  }

  /** Makes the face now, however far away the element is. */
  load() {
    observer?.unobserve(this);
    this.#near = true;
    this.#schedule();
  }

  /** Changes what is given, makes a face and resolves with it once it is shown. */
  async generate(changes = {}) {
    const unknown = Object.keys(changes).find((name) => !WISHES.includes(name));
    if (unknown) throw new InvalidValue(`'${unknown}' cannot be changed here: expected ${WISHES.join(", ")}.`);
    Object.assign(this, changes);
    this.#made = undefined;
    return this.#next();
  }

  /** The pixels of the face, once it is there. */
  async toImageData() {
    const image = await this.#current();
    return new ImageData(new Uint8ClampedArray(image.data), SIDE, SIDE);
  }

  /** A picture file of the face, once it is there. */
  async toBlob({ type = "image/png", size = SIDE } = {}) {
    if (!(Number.isInteger(size) && size >= 1 && size <= LARGEST_PICTURE)) {
      throw new InvalidValue(`'${size}' is not a size of a picture: expected 1 to ${LARGEST_PICTURE} pixels.`);
    }
    const { data } = await this.#current();
    const { png, resized } = await import("../png.js"); // Few pages save pictures.
    const grey = resized(data.filter((_, index) => index % 4 === 0), SIDE, size);
    if (type === "image/png") return png(grey, size);
    const canvas = new OffscreenCanvas(size, size);
    canvas.getContext("2d").putImageData(new ImageData(opaque(grey), size, size), 0, 0);
    return canvas.convertToBlob({ type });
  }

  #current() {
    return this.#state === "ready" && !this.#scheduled ? this.#image : this.#next();
  }

  #next() {
    if (!this.#waiting) {
      const waiting = (this.#waiting = {});
      waiting.promise = new Promise((resolve, reject) => Object.assign(waiting, { resolve, reject }));
      waiting.promise.catch(() => {}); // Whoever does not await it has the `error` event.
    }
    const { promise } = this.#waiting;
    this.load();
    return promise;
  }

  /** Several attributes that change at once make one face. */
  #schedule() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#update();
    });
  }

  #update() {
    const attribute = (name) => this.getAttribute(name) ?? undefined;
    let wanted;
    try {
      parseTheme(this.theme);
      if (parseLoading(this.loading) === "eager") this.#near = true;
      this.#view.dress(parseSize(this.getAttribute("size")), this.controls);
      wanted = parseWanted(Object.fromEntries(WISHES.map((name) => [name, attribute(name)])));
    } catch (error) {
      return this.#fail(error);
    }
    this.#view.describe(wanted, attribute("label"));
    if (!this.#near) return this.#rest();
    const { weights, gan, seed, device, truncation } = wanted;
    const made = [weights, gan, seed, device, truncation].join();
    if (made !== this.#made) this.#make(wanted, made);
  }

  /** Nothing is wrong (any more), and nothing is asked for yet. */
  #rest() {
    this.#state = "idle";
    this.#sentence = undefined;
    this.#view.rest();
  }

  async #make(wanted, made) {
    this.#underWay?.abort();
    const underWay = (this.#underWay = new AbortController());
    const { signal } = underWay;
    this.#made = made;
    this.#state = "loading";
    this.#sentence = undefined;
    engine.hold();
    try {
      const hear = (text, fraction) => signal.aborted || this.#view.wait(text, fraction);
      const [face] = await engine.faces(wanted, [wanted.seed], { signal, hear });
      if (!signal.aborted) this.#show(faceImage(face, wanted));
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    } finally {
      engine.release();
    }
  }

  #show(image) {
    const first = this.#image === undefined;
    this.#image = image;
    this.#state = "ready";
    this.#view.show(image);
    const { seed, emotion, gan, truncation, milliseconds, backend, reason } = image;
    if (first) this.#dispatch("ready", { backend, reason });
    this.#dispatch("generated", { seed, emotion, gan, truncation, milliseconds, backend, reason });
    this.#waiting?.resolve(image);
    this.#waiting = undefined;
  }

  #fail(error) {
    this.#stop(error);
    this.#state = "error";
    if (error.message === this.#sentence) return; // A wrong value is reported once, however often it is read.
    this.#sentence = error.message;
    this.#view.fail(error.message, !(error instanceof InvalidValue));
    this.#dispatch("error", { message: error.message });
  }

  #stop(reason) {
    this.#underWay?.abort(reason);
    this.#made = undefined;
    this.#waiting?.reject(reason);
    this.#waiting = undefined;
  }

  #dispatch(type, detail) {
    const { CustomEvent } = this.ownerDocument.defaultView ?? globalThis; // In jsdom, Node's own is another one.
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** A property that is the attribute of the same name: `read` turns its text, or null, into a value. */
function reflect(name, read, write = String) {
  Object.defineProperty(SevenFacesElement.prototype, name, {
    configurable: true,
    enumerable: true,
    get() {
      return read(this.getAttribute(name));
    },
    set(value) {
      if (value === null || value === undefined) this.removeAttribute(name);
      else this.setAttribute(name, write(value));
    },
  });
}

/** The value of an attribute that may be wrong: then the element shows why, and the property is the default. */
function orDefault(parse, fallback) {
  return (text) => {
    try {
      return parse(text ?? fallback);
    } catch {
      return fallback;
    }
  };
}

/** An emotion may be an object of shares. */
const blend = (value) =>
  typeof value === "object" ? Object.entries(value).map((part) => part.join(":")).join(",") : String(value);

reflect("emotion", (text) => text ?? DEFAULTS.emotion, blend);
reflect("gan", (text) => text ?? DEFAULTS.gan);
reflect("device", (text) => text ?? DEFAULTS.device);
reflect("theme", (text) => text ?? "auto");
reflect("loading", (text) => text ?? "lazy");
reflect("label", (text) => text);
reflect("seed", orDefault((value) => plainSeed(parseSeed(value)), DEFAULTS.seed));
reflect("truncation", orDefault(parseTruncation, DEFAULTS.truncation));
reflect("size", orDefault(parseSize, null));
Object.defineProperty(SevenFacesElement.prototype, "controls", {
  configurable: true,
  enumerable: true,
  get() {
    return (this.getAttribute("controls") ?? "false") !== "false"; // React 18 writes a false property as text.
  },
  set(value) {
    this.toggleAttribute("controls", Boolean(value));
  },
});
