// The widget: <seven-faces emotion="happy" gan="acgan" seed="6"></seven-faces>, and the same without an element:
//
//   import { SevenFaces } from "https://…/seven-faces.js";
//   const faces = await SevenFaces.load({ gan: "cgan" });
//   const image = await faces.generate({ emotion: "sad", seed: 3 });
//
// Everything else lies beside this file. See docs/embedding.md.

import { SevenFacesElement } from "./widget/element.js";
// What those import in turn, named here so that all of them are asked for at once.
import "./widget/engine-queue.js";
import "./widget/style.js";
import "./widget/values.js";
import "./widget/view.js";

export { SevenFaces } from "./widget/faces.js";
export { SevenFacesElement };

// Twice on a page is no accident worth an exception.
if (globalThis.customElements && !customElements.get("seven-faces")) {
  customElements.define("seven-faces", SevenFacesElement);
}
