// The built site's engine through its headless API: docs/embedding.md.

import { SevenFaces } from "../site/seven-faces.js";
import { BATCH } from "../site/widget/values.js";

export async function start(device, gan) {
  const faces = await SevenFaces.load({ gan, device, emotion: "happy" });
  return async (count) => {
    const images = await faces.generate({ seed: 0, count });
    const [{ backend, reason }] = images;
    if (backend !== device) throw new Error(`asked for ${device}, got ${reason}`);
    // The time of an order stands on each of its faces.
    const orders = images.filter((_, index) => index % BATCH === 0);
    return { images, reported: orders.reduce((sum, image) => sum + image.milliseconds, 0) };
  };
}
