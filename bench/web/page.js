// One engine in one page: page.html?engine=ours|onnx|tensorflow&device=cpu|webgpu&gan=acgan
//
// It starts by itself and shows a face; `ready` then resolves with the milliseconds from navigation to a started
// engine and to the painted face. `measure` and `greys` are called by bench/inference.py.

const { engine, device, gan } = Object.fromEntries(new URLSearchParams(location.search));

/** Resolves when what was drawn has been painted. */
const painted = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));

async function begin() {
  const { start } = await import(`./${engine}.js`);
  const make = await start(device, gan);
  const started = performance.now();
  const { images } = await make(1);
  document.querySelector("canvas").getContext("2d").putImageData(images[0], 0, 0);
  await painted();
  return { make, times: { started, first: performance.now() } };
}

const begun = begin();

globalThis.ready = begun.then(({ times }) => times);
globalThis.ready.catch(() => {}); // Whoever asks is told.

/** Makes `count` faces `times` times: milliseconds as the page sees them, and as the engine reports them, or null. */
globalThis.measure = async (count, times) => {
  const { make } = await begun;
  const measured = [];
  for (let time = 0; time < times; time += 1) {
    const start = performance.now();
    const { reported = null } = await make(count);
    measured.push([performance.now() - start, reported]);
  }
  return measured;
};

/** The grey levels of the first `count` faces, one after the other. */
globalThis.greys = async (count) => {
  const { make } = await begun;
  const { images } = await make(count);
  return images.flatMap(({ data }) => Array.from(data).filter((_, index) => index % 4 === 0));
};
