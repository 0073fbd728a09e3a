// Keeps one whole deployment for visits without a network. web/seal.sh fills in the two constants.
// A deployment has its own cache, and a page gets all of its files from the deployment that it began with.
const VERSION = "@version@";
/** [path, SHA-256] of every file. */
const FILES = new Map([/*@files@*/]);

const SCOPE = self.registration.scope;
const PREFIX = `seven-faces ${SCOPE} `;
const CACHE = PREFIX + VERSION;

/** Files that keep their name from one deployment to the next are asked for with their version. */
const VERSIONED = new Set(["boot.js", "png.js", "engine.js", "worker-cpu.js", "worker-cpu_bg.wasm", "worker-webgpu.js", "worker-webgpu_bg.wasm"]);

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => event.data === "take over" && self.skipWaiting());

async function install() {
  const cache = await caches.open(CACHE);
  for (const [path, hash] of FILES) {
    if (!(await cache.match(path))) await cache.put(path, await exact(path, hash));
  }
}

/** The file of this deployment: a copy that the browser has, else a new one; never another deployment's. */
async function exact(path, hash) {
  for (const cache of ["default", "reload"]) {
    const address = new URL(path === "index.html" ? "./" : path, SCOPE);
    if (VERSIONED.has(path)) address.search = `v=${VERSION}`;
    if (path.endsWith(".safetensors")) address.search = `v=${hash.slice(0, 12)}`;
    const response = await fetch(address, { cache });
    if (!response.ok) throw new Error(`${path}: status ${response.status}`);
    const bytes = await response.arrayBuffer();
    if ((await sha256(bytes)) === hash) {
      const type = response.headers.get("content-type") ?? "application/octet-stream";
      const policy = response.headers.get("content-security-policy");
      const headers = { "content-type": type, ...(policy && { "content-security-policy": policy }) };
      return new Response(bytes, { headers });
    }
  }
  throw new Error(`${path} is another deployment's`);
}

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function activate() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !url.href.startsWith(SCOPE)) return;
  const path = decodeURI(url.href.slice(SCOPE.length).split(/[?#]/)[0]) || "index.html";
  if (!FILES.has(path)) return;
  if (VERSIONED.has(path) && url.searchParams.get("v") !== VERSION) return;
  event.respondWith(request.mode === "navigate" ? page(path, request) : kept(path, request));
});

async function kept(path, request) {
  return (await caches.match(path, { cacheName: CACHE })) ?? fetch(request);
}

/** A newer deployment that waits takes over as soon as no other tab shows the old one. */
async function page(path, request) {
  const { waiting } = self.registration;
  const tabs = await self.clients.matchAll();
  if (waiting && tabs.length < 2) {
    waiting.postMessage("take over");
    const headers = { "content-type": "text/html", "content-security-policy": "default-src 'none'" };
    return new Response(HANDOVER, { headers });
  }
  return kept(path, request);
}

/**
 * A page that asks again until the newer deployment has taken over. No script: strict sites allow none in a page.
 * Whole seconds only (a browser reads 0.5 as 0), and not at once: some of the requests that meet the takeover Chrome
 * answers only after five minutes.
 */
const HANDOVER = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Seven Faces</title>
<meta name="color-scheme" content="light dark"><meta http-equiv="refresh" content="1">
<p>Opening the newer version…</p>`;
