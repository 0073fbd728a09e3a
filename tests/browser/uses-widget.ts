// A user of the types: this file must compile, and each line under an "expect-error" must not.
import { SevenFaces, type Face, type SevenFacesElement } from "seven-faces";

const faces: SevenFaces = await SevenFaces.load({ gan: "cgan", onProgress: ({ text, fraction }) => console.log(text, fraction ?? 0) });
const one: Face = await faces.generate({ emotion: "sad", seed: 3 });
const blend: Face = await faces.generate({ emotion: { happy: 0.5, surprise: 0.5 }, truncation: 0.7 });
const picked: Face[] = await faces.generate({ emotion: "happy:0.5,surprise:0.5", seeds: [1, 2n, "3"] });
const row: Face[] = await faces.generate({ seed: 1, count: 16 });
faces.close();

const context = document.createElement("canvas").getContext("2d");
context?.putImageData(one, 0, 0);
console.log(one.seed, blend.milliseconds, picked[0]?.backend, row.length, SevenFaces.emotions.length);

const element: SevenFacesElement = document.createElement("seven-faces");
element.emotion = "happy";
element.seed = 2n ** 63n;
element.addEventListener("generated", ({ detail }) => console.log(detail.seed, detail.reason));
element.addEventListener("error", ({ detail }) => console.log(detail.message));
const blob: Blob = await element.toBlob({ size: 480 });
const image: ImageData = await element.toImageData();
const shown: Face = await element.generate({ emotion: "fear" });
console.log(blob.size, image.width, shown.emotion, element.state === "ready");

// @ts-expect-error: no such emotion among the shares
await faces.generate({ emotion: { glad: 1 } });
// @ts-expect-error: no such GAN
await SevenFaces.load({ gan: "biggan" });
// @ts-expect-error: read only
element.state = "ready";
