// What a stranger's script does with the headless API: sixteen faces on a canvas of its own.
import { SevenFaces } from "http://localhost:8080/seven-faces.js";

const canvas = document.getElementById("crowd");
const progress = document.getElementById("progress");

async function paint() {
  const faces = await SevenFaces.load({ gan: "cgan", onProgress: ({ text }) => (progress.textContent = text) });
  const images = await faces.generate({ emotion: "neutral", seed: 100, count: 16 });
  const context = canvas.getContext("2d");
  images.forEach((image, index) => context.putImageData(image, (index % 8) * image.width, Math.floor(index / 8) * image.height));
  progress.textContent = `They took ${images[0].milliseconds.toFixed(0)} ms together: ${images[0].reason}.`;
  canvas.dataset.state = "ready";
  faces.close();
}

// Near enough is soon enough, as for the elements.
new IntersectionObserver((entries, observer) => {
  if (!entries.some((entry) => entry.isIntersecting)) return;
  observer.disconnect();
  paint().catch((error) => (progress.textContent = error.message));
}, { rootMargin: "300px" }).observe(canvas);
