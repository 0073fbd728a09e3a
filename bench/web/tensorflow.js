// TensorFlow.js on the site's own safetensors file: one thread of WebAssembly, or WebGPU. The graph is that of
// model-core/src/generator.rs, channels last because TensorFlow.js knows no other order on these backends.

import { images, inputs } from "./faces.js";

const PEERS = new URL("../peers/@tensorflow/", import.meta.url);
const FIRST_SIDE = 6;
const SCRIPTS = {
  cpu: ["tfjs-core/dist/tf-core.min.js", "tfjs-backend-wasm/dist/tf-backend-wasm.min.js"],
  webgpu: ["tfjs-core/dist/tf-core.min.js", "tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js"],
};

/** Loads a classic script. */
const script = (path) =>
  new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement("script"), { src: new URL(path, PEERS), onload: resolve });
    element.onerror = () => reject(new Error(`${path} could not be loaded`));
    document.head.append(element);
  });

/** Half precision to single. */
function single(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** From bytes to numbers, by the format's names of types. */
const NUMBERS = {
  F16: (bytes) => Float32Array.from(new Uint16Array(bytes), single),
  I8: (bytes) => Float32Array.from(new Int8Array(bytes)),
};

/** The tensors of a safetensors file by name: a header in JSON, preceded by its length, then the numbers. */
function tensors(file) {
  const length = Number(new DataView(file).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, length)));
  const found = {};
  delete header.__metadata__;
  for (const [name, { dtype, shape, data_offsets: [start, end] }] of Object.entries(header)) {
    const bytes = file.slice(8 + length + start, 8 + length + end);
    if (!(dtype in NUMBERS)) throw new Error(`${name} is ${dtype}: the bench reads F16 and I8`);
    found[name] = tf.tensor(NUMBERS[dtype](bytes), shape);
  }
  for (const name of Object.keys(header).filter((name) => header[name].dtype === "I8")) {
    const scales = `${name}.quantisation_scale`;
    found[name] = tf.mul(found[name], found[scales]);
    delete found[scales];
  }
  return found;
}

/** Weights in the order of axes that TensorFlow.js computes in. */
function prepared(file) {
  const weights = tensors(file);
  const order = (name, axes) => (weights[name] = tf.transpose(weights[name], axes));
  const pixels = FIRST_SIDE * FIRST_SIDE;
  for (const name of ["start.weight", "start.bias"]) {
    const rows = name === "start.bias" ? 1 : weights[name].shape[0];
    const maps = tf.transpose(tf.reshape(weights[name], [rows, -1, pixels]), [0, 2, 1]);
    weights[name] = tf.reshape(maps, [rows, -1]);
  }
  for (const name of Object.keys(weights)) {
    if (weights[name].rank === 4) order(name, [2, 3, 1, 0]);
  }
  return weights;
}

function forward(weights, z, emotions) {
  const [batch] = z.shape;
  let maps = tf.add(tf.matMul(tf.concat([z, emotions], 1), weights["start.weight"]), weights["start.bias"]);
  maps = tf.reshape(maps, [batch, FIRST_SIDE, FIRST_SIDE, -1]);
  const rectified = (maps, norm) => {
    const row = (table) => tf.reshape(tf.matMul(emotions, weights[`${norm}.${table}`]), [batch, 1, 1, -1]);
    return tf.relu(tf.add(tf.mul(maps, row("scale")), row("shift")));
  };
  const convolved = (maps, conv) => tf.add(tf.conv2d(maps, weights[`${conv}.weight`], 1, "same"), weights[`${conv}.bias`]);
  for (let stage = 0; `norms.${stage}.scale` in weights; stage += 1) {
    maps = rectified(maps, `norms.${stage}`);
    const up = weights[`ups.${stage}.Transposed.weight`];
    if (up) {
      const [, height, width] = maps.shape;
      maps = tf.conv2dTranspose(maps, up, [batch, 2 * height, 2 * width, up.shape[2]], 2, "same");
      maps = tf.add(maps, weights[`ups.${stage}.Transposed.bias`]);
    }
    const residual = `residuals.${stage}`;
    if (`${residual}.conv.weight` in weights) {
      maps = tf.add(maps, convolved(rectified(maps, `${residual}.norm`), `${residual}.conv`));
    }
  }
  return tf.tanh(convolved(maps, "end"));
}

export async function start(device, gan) {
  const model = fetch(`../site/models/${gan}/generator.safetensors`).then((response) => response.arrayBuffer());
  const inputsOf = inputs();
  for (const path of SCRIPTS[device]) await script(path);
  if (device === "cpu") {
    tf.wasm.setWasmPaths(new URL("tfjs-backend-wasm/dist/", PEERS).href);
    tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  }
  const backend = device === "cpu" ? "wasm" : "webgpu";
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no ${backend} backend here`);
  const weights = prepared(await model);
  const prepare = await inputsOf;
  return async (count) => {
    const { z, emotions, size, kinds } = prepare(count);
    const faces = tf.tidy(() => forward(weights, tf.tensor(z, [count, size]), tf.tensor(emotions, [count, kinds])));
    const signed = await faces.data();
    faces.dispose();
    return { images: images(signed) };
  };
}
