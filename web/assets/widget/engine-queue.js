// The one worker behind every widget and headless user of this module: it takes one request at a time, so
// requests queue here. The messages are those of web/src/protocol.rs.

import { BATCH, EMOTIONS, SIDE } from "./values.js";

const PIXELS = SIDE * SIDE;
/** A worker that nobody needs any more is ended after this, so that moving an element does not start another. */
const GRACE_MILLISECONDS = 10_000;

/** web/seal.sh names the deployment here: no cache mixes its engine with another's. */
const VERSION = "@version@";

/** Where the engine and the models lie: this module's folder, unless a bundler moved the module. */
let folder = new URL("../", import.meta.url);

class EngineQueue {
  #worker = null;
  #started = false;
  #startedFor = null; // A worker for the CPU has no WebGPU.
  #users = 0;
  #ending;
  #jobs = []; // The first is with the worker while `#current` is it.
  #current = null;
  #running = null; // Backend of the worker and why, as it reported last.
  #gpuFailure = null; // Why WebGPU is not used any more, once it failed.

  get base() {
    return folder.href;
  }

  set base(address) {
    if (this.#worker) throw new Error("SevenFaces.base must be set before the first face is asked for.");
    const url = new URL(address, document.baseURI);
    folder = new URL(url.pathname.endsWith("/") ? url : `${url.pathname}/`, url);
  }

  /** Somebody may ask for faces from now on. */
  hold() {
    this.#users += 1;
    clearTimeout(this.#ending);
  }

  /** Whoever held before asks for nothing any more; the last one ends the worker. */
  release() {
    this.#users -= 1;
    if (this.#users === 0) this.#ending = setTimeout(() => this.#end(), GRACE_MILLISECONDS);
  }

  /**
   * One face per seed: an array of {pixels, seed, milliseconds, backend, reason}. `hear` gets a sentence for
   * the waiting person, and how far it is from 0 to 1 where that is known.
   */
  async faces(wanted, seeds, { signal, hear = () => {} }) {
    const faces = [];
    for (let first = 0; first < seeds.length; first += BATCH) {
      faces.push(...(await this.#request({ wanted, seeds: seeds.slice(first, first + BATCH) }, signal, hear)));
    }
    return faces;
  }

  #request(request, signal, hear) {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const job = { ...request, signal, hear, resolve, reject, restarted: false };
      signal.addEventListener("abort", () => this.#abandon(job), { once: true });
      this.#jobs.push(job);
      hear(this.#started ? "Waiting for the engine" : "Starting the engine", null);
      this.#advance();
    });
  }

  /** Drops a request; one that is under way is finished for nobody. */
  #abandon(job) {
    this.#jobs = this.#jobs.filter((other) => other !== job);
    job.reject(job.signal.reason);
  }

  #advance() {
    const job = this.#jobs[0];
    if (this.#current || !job) return;
    const device = this.#gpuFailure ? "cpu" : job.wanted.device;
    if (!this.#worker) return this.#start(device, job.wanted.gan);
    if (!this.#started) return;
    if (this.#startedFor === "cpu" && device !== "cpu") {
      this.#stop();
      return this.#start(device, job.wanted.gan);
    }
    this.#current = this.#jobs.shift();
    job.hear("Making the face", null);
    this.#worker.postMessage(requestText(job.wanted, job.seeds, device));
  }

  #start(device, gan) {
    this.#startedFor = device;
    try {
      this.#worker = startWorker(new URL(`engine.js?v=${VERSION}&device=${device}&gan=${gan}`, folder), this.#unloadable());
    } catch (error) {
      return this.#lose(`This page may start no workers (${error.message}).`);
    }
    const worker = this.#worker;
    worker.onmessage = ({ data: [text, pixels] }) => {
      if (worker === this.#worker) this.#hear(JSON.parse(text), pixels);
    };
    worker.onerror = (event) => {
      event.preventDefault(); // Shown in the widget; the console of the embedding page is not ours.
      if (worker === this.#worker) this.#died(event.message ? `The engine stopped: ${event.message}.` : this.#unloadable());
    };
  }

  #unloadable() {
    return `The engine could not be loaded from ${folder.host}: check the connection, and that this page's Content-Security-Policy allows it.`;
  }

  #hear(reply, pixels) {
    if (reply === "started") {
      this.#started = true;
      this.#advance();
    } else if (reply.progress) {
      const { text, fraction } = sentence(reply.progress);
      // All wait for the engine; the others wait for the one that is being served.
      for (const job of [this.#current, ...this.#jobs]) job?.hear(text, fraction);
    } else if (reply.running) {
      this.#running = reply.running;
    } else if (reply.faces) {
      this.#deliver(reply.faces, pixels);
    } else if (reply.failed) {
      this.#finish()?.reject(new Error(reply.failed.message));
      this.#advance();
    } else if (reply.gpu_failed) {
      this.#gpuFailure = reply.gpu_failed.message;
      this.#again(this.#finish());
    } else if (reply.died) {
      this.#died(reply.died.message);
    }
  }

  #finish() {
    const job = this.#current;
    this.#current = null;
    return job;
  }

  /** Puts a request back to the front, unless nobody wants it any more. */
  #again(job) {
    if (job && !job.signal.aborted) this.#jobs.unshift(job);
    this.#advance();
  }

  #deliver({ backend, milliseconds }, pixels) {
    const job = this.#finish();
    if (job && pixels.length === job.seeds.length * PIXELS) {
      const reason = this.#reason(backend);
      const face = (seed, index) => {
        const own = pixels.slice(index * PIXELS, (index + 1) * PIXELS);
        return { pixels: own, seed, milliseconds, backend, reason };
      };
      job.resolve(job.seeds.map(face));
    } else {
      job?.reject(new Error("The engine sent an incomplete picture."));
    }
    this.#advance();
  }

  /** "WebGPU on Intel Arc", "CPU (wasm SIMD), because you chose it". */
  #reason(backend) {
    const detail = this.#gpuFailure ? `WebGPU failed: ${this.#gpuFailure}` : this.#running?.detail;
    return backend === "webgpu" ? `WebGPU on ${detail}` : `CPU (wasm SIMD), because ${detail}`;
  }

  /**
   * The worker is gone. Where WebGPU may be the cause, its successor uses the CPU; a request that it died of
   * is tried once more; what cannot even be started is for people to retry.
   */
  #died(message) {
    const onGpu = this.#started && this.#running?.backend === "webgpu" && this.#gpuFailure === null;
    const started = this.#started;
    const job = this.#finish();
    this.#stop();
    if (onGpu) {
      this.#gpuFailure = message;
      this.#again(job);
    } else if (!started) {
      this.#lose(message);
    } else if (job && !job.restarted) {
      job.restarted = true;
      this.#again(job);
    } else {
      job?.reject(new Error(message));
      this.#advance();
    }
  }

  /** Nobody gets a face until somebody asks again. */
  #lose(message) {
    const jobs = this.#jobs;
    this.#jobs = [];
    for (const job of jobs) job.reject(new Error(message));
  }

  #stop() {
    this.#worker?.terminate();
    this.#worker = null;
    this.#started = false;
    this.#running = null;
  }

  #end() {
    this.#current = null; // Whoever gave it has gone.
    this.#stop();
    this.#gpuFailure = null;
  }
}

/** A `Request`. Seeds are written by hand: a JavaScript number would not keep their 64 bits. */
function requestText({ gan, weights, truncation }, seeds, device) {
  const strongest = EMOTIONS[weights.indexOf(Math.max(...weights))]; // Part of every request, although its parameters say more.
  const rest = JSON.stringify({ weights, truncation }).slice(1);
  const parameters = seeds.map((seed) => `{"seed":${seed},${rest}`);
  const common = JSON.stringify({ gan, emotion: strongest, count: seeds.length, device }).slice(1);
  return `{"seed":${seeds[0]},"parameters":[${parameters}],${common}`;
}

/** A worker of another origin needs a script of this one that imports it; it says `unloadable` when it cannot. */
function startWorker(script, unloadable) {
  const options = { type: "module", name: "seven-faces" };
  if (script.origin === location.origin) return new Worker(script, options);
  const died = JSON.stringify(JSON.stringify({ died: { message: unloadable } }));
  const source = `import(${JSON.stringify(script.href)}).catch(() => postMessage([${died}, new Uint8Array()]));`;
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(address, options);
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // Some browsers read it only after the constructor.
  return worker;
}

/** A sentence for the waiting person. */
function sentence({ part, loaded, total }) {
  if (part === "warmup") return { text: "Warming up", fraction: null };
  const what = part === "engine" ? "the engine" : "the generator";
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
  const text = `Downloading ${what}: ${megabytes(loaded)}${total ? ` of ${megabytes(total)}` : ""} MB`;
  return { text, fraction: total ? Math.min(loaded / total, 1) : null };
}

/** What all users of this module share: one worker, one engine, one download of each file. */
export const engine = new EngineQueue();
