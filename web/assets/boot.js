// Starts the page's program. A file of its own, because strict sites allow no script inside the page;
// Trunk.toml writes the addresses of program and wasm into the script element.
const { program, wasm } = document.querySelector("script[data-program]").dataset;

/** A browser that cannot run the page, or no longer, gets a sentence instead of an empty or a dead one. */
function explain(reason) {
  const place = document.getElementById("boot") ?? banner();
  const started = place.id === "banner";
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Try again";
  again.addEventListener("click", () => location.reload());
  const text = started
    ? `The page has stopped (${reason}). What it showed is in its address, so nothing is lost. `
    : `The page could not be started (${reason}). Check the connection; if it still does not start, a current Chrome, Edge, Firefox or Safari can run it. `;
  place.replaceChildren(text, again);
}

/** Where the page says that it has stopped: it has no place of its own for that any more. */
function banner() {
  const banner = document.getElementById("banner") ?? document.createElement("p");
  banner.id = "banner";
  banner.className = "sf-problem";
  banner.setAttribute("role", "alert");
  document.body.prepend(banner);
  return banner;
}

/** For the program, once a picture is saved. */
globalThis.pictures = () => import(`./png.js${new URL(import.meta.url).search}`);

addEventListener("unhandledrejection", (event) => explain(event.reason));
addEventListener("error", (event) => {
  // An error of a worker that was ended meanwhile has nobody else to hear it; the page continues with the next one.
  const ofWorker = /\/(engine|worker-[a-z]+)\.js/.test(event.filename);
  if (!ofWorker) explain(event.message);
});

try {
  const { default: init } = await import(new URL(program, document.baseURI));
  await init({ module_or_path: new URL(wasm, document.baseURI) });
} catch (error) {
  explain(error.message ?? error);
}
