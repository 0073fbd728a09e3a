// onnxruntime-web on the ONNX file that the Python package exports: one thread, or WebGPU.

import { images, inputs } from "./faces.js";

const FOLDER = new URL("../peers/onnxruntime-web/dist/", import.meta.url);
const BUNDLES = { cpu: "ort.wasm.min.mjs", webgpu: "ort.webgpu.min.mjs" };
const PROVIDERS = { cpu: "wasm", webgpu: "webgpu" };

export async function start(device, gan) {
  const [ort, inputsOf] = await Promise.all([import(new URL(BUNDLES[device], FOLDER)), inputs()]);
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = FOLDER.href;
  ort.env.logLevel = "error";
  const model = new URL(`../made/${gan}.onnx`, import.meta.url).href;
  const session = await ort.InferenceSession.create(model, { executionProviders: [PROVIDERS[device]] });
  return async (count) => {
    const { z, emotions, size, kinds } = inputsOf(count);
    const { faces } = await session.run({
      z: new ort.Tensor("float32", z, [count, size]),
      emotions: new ort.Tensor("float32", emotions, [count, kinds]),
    });
    return { images: images(await faces.getData(true)) };
  };
}
