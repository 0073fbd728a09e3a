// The one worker behind every widget and headless user of this module: it takes one request at a time, so
// requests queue here. The messages are those of web/src/protocol.rs.

import { BATCH, EMOTIONS, SIDE } from "./values.js";

const PIXELS = SIDE * SIDE;
/** A worker that nobody needs any more is ended after this, so that moving an element does not start another. */
const GRACE_MILLISECONDS = 10_000;

/** web/seal.sh names the deployment here: no cache mixes its engine with another's. */
const VERSION = "@version@";

/** A bundler moves this module, or writes the address here that it had on a disk. */
const here = new URL(import.meta.url);
const isOnDisk = here.protocol === "file:" && globalThis.location?.protocol !== "file:";
const isMoved = isOnDisk || !here.pathname.endsWith("/widget/engine-queue.js");
const MOVED =
  "A bundler has moved this module away from its engine: let your site serve a copy of node_modules/seven-faces/, " +
  "and set SevenFaces.base to its address.";

/** Where the engine and the models lie. */
let folder = new URL("..", here);
let isGiven = !isMoved;

/** The part of the page's Content-Security-Policy that a worker met when it was started. */
let forbidden = null;
globalThis.document?.addEventListener("securitypolicyviolation", ({ effectiveDirective: directive, blockedURI, disposition }) => {
  const isOurs = blockedURI.startsWith(folder.origin) || (blockedURI === "blob" && directive === "worker-src");
  if (!isOurs || disposition !== "enforce") return;
  forbidden = `This page's Content-Security-Policy does not allow the engine: ${directive} forbids ${blockedURI}.`;
});

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
    const page = globalThis.document?.baseURI ?? globalThis.location?.href;
    if (!page) return; // A server that renders: nobody asks for faces there.
    const url = new URL(address, page);
    url.search = url.hash = "";
    if (!url.pathname.endsWith("/")) url.pathname += "/";
    const isNew = url.href !== folder.href;
    if (isNew && this.#worker) throw new Error("SevenFaces.base must be set before the first face is asked for.");
    [folder, isGiven] = [url, true];
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
    if (!globalThis.Worker) return this.#lose("There are no workers here, and without one no face is made.");
    if (!isGiven) return this.#lose(MOVED);
    const script = new URL(`engine.js?v=${VERSION}&device=${device}&gan=${gan}`, folder);
    [this.#startedFor, forbidden] = [device, null];
    try {
      this.#worker = startWorker(script);
    } catch (error) {
      return this.#lose(isRefused ? UNTRUSTED : `This page may start no workers (${error.message}).`);
    }
    const worker = this.#worker;
    worker.onmessage = ({ data: [text, pixels] }) => {
      if (worker !== this.#worker) return;
      if (text === UNLOADABLE) this.#died(cause(script));
      else this.#hear(JSON.parse(text), pixels);
    };
    worker.onerror = (event) => {
      event.preventDefault(); // Shown in the widget; the console of the embedding page is not ours.
      if (worker !== this.#worker) return;
      const stopped = event.message ? `The engine stopped: ${event.message}.` : this.#started && "The engine stopped.";
      this.#died(stopped || cause(script));
    };
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

  /** Nobody gets a face until somebody asks again. The message may be a promise. */
  async #lose(message) {
    const jobs = this.#jobs;
    this.#jobs = [];
    const error = new Error(await message);
    for (const job of jobs) job.reject(error);
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

/** What a worker says whose script could not be imported. */
const UNLOADABLE = "unloadable";

/** A worker of another origin needs a script of this one that imports it. */
function startWorker(script) {
  const options = { type: "module", name: "seven-faces" };
  if (script.origin === location.origin) return new Worker(trusted(script.href), options);
  const source = `import(${JSON.stringify(script.href)}).catch(() => postMessage(["${UNLOADABLE}"]));`;
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(trusted(address), options);
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // Some browsers read it only after the constructor.
  return worker;
}

let policy;
let isRefused = false;
const UNTRUSTED = "This page's Content-Security-Policy requires Trusted Types: it must allow their policy seven-faces, too.";

/** A worker's address, also for pages that accept only those of a policy (Trusted Types). */
function trusted(address) {
  try {
    policy ??= globalThis.trustedTypes?.createPolicy("seven-faces", { createScriptURL: (own) => own });
  } catch {
    isRefused = true; // A page that requires none starts the worker all the same.
  }
  return policy?.createScriptURL(address) ?? address;
}

/** Why a worker's script did not start: the browser tells nobody, so it is asked for again. */
async function cause(script) {
  const address = script.origin + script.pathname;
  const place = "SevenFaces.base must be the folder of engine.js.";
  if (forbidden) return forbidden;
  try {
    const response = await fetch(script);
    const type = response.headers.get("content-type") ?? "a file of no type";
    if (!response.ok) return `${address} answered with status ${response.status}: ${place}`;
    if (!/(java|ecma)script/.test(type)) return `${address} arrived as ${type} and not as JavaScript: ${place}`;
    const missing = "on a page with Cross-Origin-Embedder-Policy, it must be sent with that header, too.";
    const isForeign = script.origin !== location.origin;
    return `${address} may not start here: ${isForeign ? "script-src of this page's Content-Security-Policy forbids it." : missing}`;
  } catch {
    await new Promise((heard) => setTimeout(heard)); // What a policy forbids is reported a moment later.
    const checks = "check the connection, this page's Content-Security-Policy, and that the host sends Access-Control-Allow-Origin.";
    return forbidden ?? `The engine could not be loaded from ${script.host}: ${checks}`;
  }
}

/** A sentence for the waiting person. */
function sentence({ part, loaded, total }) {
  if (part === "check") return { text: "Comparing the GPU's first face with the CPU's", fraction: null };
  const what = part === "engine" ? "the engine" : "the generator";
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
  const text = `Downloading ${what}: ${megabytes(loaded)}${total ? ` of ${megabytes(total)}` : ""} MB`;
  return { text, fraction: total ? Math.min(loaded / total, 1) : null };
}

/** What all users of this module share: one worker, one engine, one download of each file. */
export const engine = new EngineQueue();
