// The types of seven-faces.js, which docs/embedding.md explains.

export type Emotion = "angry" | "disgust" | "fear" | "happy" | "sad" | "surprise" | "neutral";
export type Gan = "cgan" | "acgan";
export type Device = "auto" | "webgpu" | "cpu";
export type Backend = "webgpu" | "cpu";
export type Theme = "auto" | "light" | "dark";

/** A blend: shares of emotions, scaled so that they add up to 1. */
export type Blend = Partial<Record<Emotion, number>>;
/** An emotion, a blend as an object, or a blend as text such as "happy:0.5,surprise:0.5". */
export type Expression = Emotion | Blend | (string & {});
/** 64 bits: a number where it is exact, else a bigint or decimal digits. */
export type Seed = number | bigint | string;

/** What one face is made from. */
export interface Wishes {
  /** "happy" when missing. */
  emotion?: Expression;
  /** "acgan" when missing. */
  gan?: Gan;
  /** 6 when missing. */
  seed?: Seed;
  /** "auto" when missing: WebGPU where there is an adapter, else the CPU. */
  device?: Device;
  /** From 0 (everybody's average) to 1; 1 when missing. */
  truncation?: number;
}

/** How and from what a face was made. */
export interface Made {
  readonly seed: number | bigint;
  /** An emotion, or a blend in one spelling. */
  readonly emotion: string;
  readonly gan: Gan;
  readonly truncation: number;
  /** Time of the request that the face was part of: a request has at most 32 faces. */
  readonly milliseconds: number;
  readonly backend: Backend;
  /** Which adapter, or why the CPU: "CPU (wasm SIMD), because this browser has no WebGPU". */
  readonly reason: string;
}

/** 48 x 48 grey pixels as RGBA, ready for `putImageData`. */
export type Face = ImageData & Made;

export interface LoadOptions extends Wishes {
  /** Hears what is being waited for; `fraction` is null where it is unknown. */
  onProgress?: (progress: { text: string; fraction: number | null }) => void;
}

/** Faces without an element. */
export class SevenFaces {
  private constructor();
  static readonly emotions: readonly Emotion[];
  static readonly gans: readonly Gan[];
  static readonly devices: readonly Device[];
  static readonly defaults: Readonly<{ emotion: Emotion; gan: Gan; seed: number; device: Device; truncation: number }>;
  /** The folder of engine.js and models/; to be set before the first face if a bundler moved this module. Does nothing on a server. */
  static base: string;
  /** Loads engine and generator: resolves once a face could be made. The wishes become defaults of `generate`. */
  static load(options?: LoadOptions): Promise<SevenFaces>;
  /** One face per seed. */
  generate(wishes: Wishes & { seeds: Iterable<Seed> }): Promise<Face[]>;
  /** Faces of the seeds `seed`, `seed + 1`, ... */
  generate(wishes: Wishes & { count: number }): Promise<Face[]>;
  /** One face. */
  generate(wishes?: Wishes): Promise<Face>;
  /** Gives the engine back. */
  close(): void;
}

export interface SevenFacesEventMap {
  /** Once, with the first face. */
  ready: CustomEvent<Pick<Made, "backend" | "reason">>;
  /** A face is shown. */
  generated: CustomEvent<Made>;
  /** Something is impossible or went wrong: a sentence for people. */
  error: CustomEvent<{ message: string }>;
}

/** `<seven-faces>`. Every property is the attribute of the same name. */
export class SevenFacesElement extends HTMLElement {
  get emotion(): string;
  set emotion(value: Expression | null);
  get gan(): string;
  set gan(value: Gan | null);
  get seed(): number | bigint;
  set seed(value: Seed | null);
  get device(): string;
  set device(value: Device | null);
  get truncation(): number;
  set truncation(value: number | null);
  /** CSS pixels, or null: then CSS decides. */
  get size(): number | null;
  set size(value: number | null);
  get theme(): string;
  set theme(value: Theme | null);
  get loading(): string;
  set loading(value: "lazy" | "eager" | null);
  /** The attribute `controls="false"` is none. */
  controls: boolean;
  /** What the picture is called; a description of the face when null. */
  get label(): string | null;
  set label(value: string | null);
  readonly state: "idle" | "loading" | "ready" | "error";

  /** Makes the face now, however far away the element is. */
  load(): void;
  /** Changes what is given, makes a face and resolves with it once it is shown. */
  generate(changes?: Wishes): Promise<Face>;
  toImageData(): Promise<ImageData>;
  /** A picture file, by default PNG of 48 x 48 pixels. */
  toBlob(options?: { type?: string; size?: number }): Promise<Blob>;

  addEventListener<K extends keyof SevenFacesEventMap>(
    type: K,
    listener: (this: SevenFacesElement, event: SevenFacesEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
  removeEventListener<K extends keyof SevenFacesEventMap>(
    type: K,
    listener: (this: SevenFacesElement, event: SevenFacesEventMap[K]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | EventListenerOptions): void;
}

/** `<seven-faces>` in JSX. React 19 sets properties and hears events; React 18 writes attributes, so a blend must be text there. */
export interface SevenFacesProps {
  emotion?: Expression;
  gan?: Gan;
  seed?: Seed;
  device?: Device;
  truncation?: number;
  size?: number;
  theme?: Theme;
  loading?: "lazy" | "eager";
  controls?: boolean;
  label?: string;
  onready?: (event: SevenFacesEventMap["ready"]) => void;
  ongenerated?: (event: SevenFacesEventMap["generated"]) => void;
  onerror?: (event: SevenFacesEventMap["error"]) => void;
}

declare global {
  interface HTMLElementTagNameMap {
    "seven-faces": SevenFacesElement;
  }
}

// @ts-ignore: a program without React has no such module, and needs none
declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      // @ts-ignore
      "seven-faces": DetailedHTMLProps<HTMLAttributes<SevenFacesElement>, SevenFacesElement> & SevenFacesProps;
    }
  }
}
