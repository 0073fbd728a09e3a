// Starts the worker's program and tells the page how much of it has arrived.
// The messages are those of web/src/protocol.rs: [JSON text, bytes].

// "?v=...", as the page asked for this file: no cache mixes the program of one deployment with another's.
const version = new URL(import.meta.url).search;
const post = (reply) => self.postMessage([JSON.stringify(reply), new Uint8Array()]);
const died = (message) => post({ died: { message: String(message) } });

// A trap inside an asynchronous call surfaces only here.
self.addEventListener("unhandledrejection", (event) => died(event.reason));
self.addEventListener("error", (event) => died(event.message));

/** The response again, its bytes counted while they pass, so that compiling still overlaps the download. */
function counted(response) {
  // A compressed transfer announces its compressed size, but the bytes counted are the unpacked ones.
  const total = response.headers.has("content-encoding") ? 0 : Number(response.headers.get("content-length"));
  let loaded = 0;
  const count = new TransformStream({
    transform(chunk, controller) {
      loaded += chunk.byteLength;
      post({ progress: { part: "engine", loaded, total: total || null } });
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(count), { headers: { "content-type": "application/wasm" } });
}

try {
  const { default: init } = await import(`./worker.js${version}`);
  const response = await fetch(new URL(`worker_bg.wasm${version}`, import.meta.url));
  if (!response.ok) throw new Error(`the server answered with status ${response.status}`);
  await init({ module_or_path: counted(response) });
} catch (error) {
  const reason = String(error.message ?? error).replace(/\.+$/, "");
  died(`The engine could not be started: ${reason}.`);
}
