// Starts the page's program. A file of its own, because strict sites allow no script inside the page;
// Trunk.toml writes the addresses of program and wasm into the script element.
const { program, wasm } = document.querySelector("script[data-program]").dataset;

/** A browser that cannot run the page gets a sentence instead of an empty one. */
function explain(reason) {
  const boot = document.getElementById("boot");
  if (!boot) return;
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Try again";
  again.addEventListener("click", () => location.reload());
  boot.replaceChildren(
    `The page could not be started (${reason}). Check the connection; if it still does not start, a current Chrome, Edge, Firefox or Safari can run it. `,
    again,
  );
}

addEventListener("unhandledrejection", (event) => explain(event.reason));
addEventListener("error", (event) => explain(event.message));

try {
  const { default: init } = await import(new URL(program, document.baseURI));
  await init({ module_or_path: new URL(wasm, document.baseURI) });
} catch (error) {
  explain(error.message ?? error);
}
