// Downloads and starts the worker's program, and reports to the page how much of it has arrived.
// The messages are those of web/src/protocol.rs, or of web/src/worker/training: [JSON text, bytes].

// "?v=...&device=...&gan=..." or "?v=...&train", as the page asked for this file. The version is passed on to the program, so that no cache mixes
// one deployment's with another's; the network is the one that the first request will ask for.
const { searchParams } = new URL(import.meta.url);
const version = `?v=${searchParams.get("v")}`;
const post = (reply) => self.postMessage([JSON.stringify(reply), new Uint8Array()]);
const died = (message) => post({ died: { message: String(message) } });

// A trap inside an asynchronous call surfaces only here.
self.addEventListener("unhandledrejection", (event) => died(event.reason));
self.addEventListener("error", (event) => died(event.message));

/** Bytes of every engine, unpacked; web/seal.sh fills them in. */
const SIZES = {/*@sizes@*/};
/** Milliseconds of silence after which a connection is given up. */
const PATIENCE = 20_000;
/** Connections in a row that may bring nothing new. */
const ATTEMPTS = 3;

/** A request for a file from its byte `start` on, which ends itself when it falls silent. */
class Connection {
  #abort = new AbortController();
  #reader;
  #skip = 0;

  /** `ranged`: only the rest is asked for. */
  async open(address, cache, start, ranged = start > 0) {
    const headers = ranged ? { range: `bytes=${start}-` } : {};
    const response = await this.#heard(fetch(address, { cache, headers, signal: this.#abort.signal }));
    if (start) {
      const rest = response.status === 206 && response.headers.get("content-range")?.startsWith(`bytes ${start}-`);
      // Which part it is, a host may hide from pages of other origins: everything once more, then.
      if (ranged && !rest && response.status === 206) {
        await response.body?.cancel();
        return this.open(address, cache, start, false);
      }
      if (!rest && response.status !== 200) throw new Error(`the server answered with status ${response.status}`);
      this.#skip = rest ? 0 : start; // the server knows no ranges and sends everything again
    }
    this.#reader = response.body?.getReader();
    return response;
  }

  /** The next bytes, or nothing at the end. */
  async read() {
    for (;;) {
      const { done, value } = (await this.#heard(this.#reader?.read())) ?? { done: true };
      if (done) return null;
      const bytes = value.subarray(Math.min(this.#skip, value.length));
      this.#skip -= value.length - bytes.length;
      if (bytes.length) return bytes;
    }
  }

  close() {
    this.#abort.abort();
  }

  async #heard(answer) {
    const timer = setTimeout(() => this.#abort.abort(new Error("the server fell silent")), PATIENCE);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** As `fetch`, but a body that breaks off or falls silent continues where it was, by another connection. */
async function download(address, cache = "default") {
  let connection = new Connection();
  let [loaded, inVain] = [0, 0];
  const { ok, status, headers } = await connection.open(address, cache, 0);

  const another = async () => {
    connection.close();
    await new Promise((wait) => setTimeout(wait, 1000 * inVain));
    connection = new Connection();
    // A host may also forbid pages of other origins to ask for a part.
    const ranged = inVain === 1 || new URL(address).origin === self.origin;
    await connection.open(address, cache, loaded, loaded > 0 && ranged);
  };
  const pull = async (stream) => {
    for (;;) {
      try {
        if (inVain) await another();
        const bytes = await connection.read();
        if (!bytes) return stream.close();
        [loaded, inVain] = [loaded + bytes.length, 0];
        return stream.enqueue(bytes);
      } catch (error) {
        inVain += 1;
        if (!ok || inVain === ATTEMPTS) throw error;
      }
    }
  };
  // Bytes are taken as they come, also while nobody reads them: what a broken connection held would be lost.
  const eager = { highWaterMark: Infinity };
  return new Response(new ReadableStream({ pull, cancel: () => connection.close() }, eager), { status, headers });
}

/** What was asked for before the program was there to ask, by address. */
const early = new Map();

/** Asks for a network while the program is on its way. What goes wrong is heard by whoever asks next. */
async function askEarly(gan) {
  const address = (file) => new URL(`models/${gan}/${file}`, import.meta.url).href;
  const manifest = download(address("manifest.json"), "no-cache");
  const copy = manifest.then((response) => response.clone()); // it is read here too
  early.set(address("manifest.json"), copy);
  const [response] = await Promise.all([manifest, copy]);
  const { weights } = await response.json();
  const file = address(`${weights.file}?v=${weights.sha256.slice(0, 12)}`);
  early.set(file, download(file));
  await early.get(file);
}

// For the program's own downloads (web/src/worker/download.rs).
self.download = (address, cache) => {
  const response = early.get(address);
  early.delete(address);
  return response ?? download(address, cache);
};

// As well: browsers offer hashes to secure pages only.
self.digest = async (bytes) => {
  const hash = await globalThis.crypto.subtle?.digest("SHA-256", bytes);
  return hash ? new Uint8Array(hash) : null;
};

/** The response again, its bytes counted while they pass, so that compiling still overlaps the download. */
function counted(response, total) {
  let loaded = 0;
  const count = new TransformStream({
    transform(chunk, controller) {
      loaded += chunk.byteLength;
      post({ progress: { part: "engine", loaded, total } });
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(count), { headers: { "content-type": "application/wasm" } });
}

/** The program that trains, where that is asked for; else the one that makes faces. */
async function chosen() {
  if (searchParams.has("train")) return "worker-train";
  return searchParams.get("device") !== "cpu" && (await hasAdapter()) ? "worker-webgpu" : "worker-cpu";
}

/** Whether the browser has a GPU for us: the program that can use it is four times as large. */
async function hasAdapter() {
  try {
    return Boolean(await navigator.gpu?.requestAdapter());
  } catch {
    return false;
  }
}

if (searchParams.has("gan")) askEarly(searchParams.get("gan")).catch(() => {});

try {
  const program = await chosen();
  const wasm = `${program}_bg.wasm`;
  const [{ default: init }, response] = await Promise.all([
    import(`./${program}.js${version}`),
    download(new URL(wasm + version, import.meta.url)),
  ]);
  if (!response.ok) throw new Error(`the server answered with status ${response.status}`);
  await init({ module_or_path: counted(response, SIZES[wasm] ?? null) });
} catch (error) {
  const reason = String(error.message ?? error).replace(/\.+$/, "");
  died(`The engine could not be started: ${reason}.`);
}
