// What the peers are asked for, and what they give: happy faces of the seeds 0, 1, 2, ... as ImageData. Our own
// engine draws the latents by itself; the peers get them from bench/inference.py.

const EMOTIONS = 7;
const HAPPY = 3;
const SIDE = 48;
const HALF_RANGE = 127.5;

/** Latents of all seeds: resolves with a function from a count to the two inputs, flat, and the latents' length. */
export async function inputs() {
  const latents = new Float32Array(await (await fetch("../made/latents.f32")).arrayBuffer());
  const { latent_size: size } = await (await fetch("../made/latents.json")).json();
  return (count) => {
    const emotions = new Float32Array(count * EMOTIONS);
    for (let face = 0; face < count; face += 1) emotions[face * EMOTIONS + HAPPY] = 1;
    return { z: latents.slice(0, count * size), emotions, size, kinds: EMOTIONS };
  };
}

/** Pixels in [-1, 1] as one ImageData per face. */
export function images(signed) {
  const pixels = SIDE * SIDE;
  return Array.from({ length: signed.length / pixels }, (_, face) => {
    const image = new ImageData(SIDE, SIDE);
    for (let pixel = 0; pixel < pixels; pixel += 1) {
      const grey = Math.round((signed[face * pixels + pixel] + 1) * HALF_RANGE);
      image.data.fill(grey, pixel * 4, pixel * 4 + 3);
      image.data[pixel * 4 + 3] = 255;
    }
    return image;
  });
}
