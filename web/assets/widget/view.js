// What is inside an element's shadow root. Text enters only as text, never as markup.

import { EMOTIONS, SIDE } from "./values.js";
import { sheets } from "./style.js";

/** The words on the keys, in label order; those of the page. */
const TITLES = ["Angry", "Disgusted", "Afraid", "Happy", "Sad", "Surprised", "Neutral"];

/** An element with attributes, properties and children. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export class View {
  #size;
  #canvas = make("canvas", { part: "face", role: "img", width: SIDE, height: SIDE });
  #placeholder = make("slot");
  #text = make("span");
  #bar = make("progress", { max: 1, "aria-label": "Loading" });
  #waiting = make("div", { part: "progress", class: "waiting" }, this.#text, this.#bar);
  #sentence = make("p");
  #retry = make("button", { part: "button retry", type: "button" }, "Try again");
  #problem = make("div", { part: "error", class: "problem", role: "alert", tabindex: 0 }, this.#sentence, this.#retry);
  #frame = make("div", { part: "frame", class: "frame" }, this.#placeholder, this.#canvas, this.#waiting, this.#problem);
  #caption = make("span", { part: "caption", class: "caption" }, "\u00a0");
  #keys = [];
  #controls;
  #widget;

  /** `on` hears `emotion(name)`, `another()` and `retry()`. */
  constructor(root, on) {
    root.adoptedStyleSheets = sheets();
    this.#size = root.adoptedStyleSheets[1];
    const another = make("button", { part: "button another", type: "button", "aria-label": "Another person" }, "Another");
    another.addEventListener("click", () => on.another());
    this.#retry.addEventListener("click", () => on.retry());
    const keys = make("div", { class: "keys" }, this.#emotions(on), another);
    this.#controls = make("div", { part: "controls", class: "controls" }, keys, this.#caption);
    this.#widget = make("div", { part: "widget", class: "widget" }, this.#frame, this.#controls);
    for (const part of [this.#waiting, this.#problem, this.#controls]) part.hidden = true;
    root.append(this.#widget);
  }

  #emotions(on) {
    const group = make("div", { part: "emotions", role: "radiogroup", "aria-label": "Emotion" });
    for (const [index, emotion] of EMOTIONS.entries()) {
      const input = make("input", { type: "radio", name: "emotion", value: emotion });
      input.addEventListener("change", () => on.emotion(emotion));
      group.append(make("label", { part: "emotion", "data-emotion": emotion }, input, make("span", {}, TITLES[index])));
      this.#keys.push(input);
    }
    return group;
  }

  /** How large, and whether with controls. */
  dress(size, controls) {
    this.#size?.replaceSync(size === null ? "" : `:host { inline-size: ${Number(size)}px; }`);
    this.#controls.hidden = !controls;
  }

  /** What will be shown, for those who cannot see it and on the keys. */
  describe({ emotion, weights, gan, seed }, label) {
    const name = gan === "cgan" ? "cGAN" : "ACGAN";
    const shares = EMOTIONS.map((_, index) => [TITLES[index].toLowerCase(), weights[index]]).filter(([, share]) => share > 0);
    const mixed = shares.map(([title, share]) => `${Math.round(share * 100)} % ${title}`).join(", ");
    const expression = shares.length === 1 ? shares[0][0] : mixed;
    this.#canvas.setAttribute("aria-label", label ?? `Generated face, ${expression}, ${name}, seed ${seed}`);
    this.#widget.dataset.emotion = EMOTIONS[weights.indexOf(Math.max(...weights))];
    for (const key of this.#keys) key.checked = key.value === emotion;
  }

  /** Something is under way. */
  wait(text, fraction) {
    this.#problem.hidden = true;
    this.#waiting.hidden = false;
    this.#frame.setAttribute("aria-busy", "true");
    this.#text.textContent = text;
    if (fraction === null) this.#bar.removeAttribute("value");
    else this.#bar.value = fraction;
  }

  /** The face is there. */
  show(image) {
    this.rest();
    this.#placeholder.hidden = true;
    this.#canvas.getContext("2d").putImageData(image, 0, 0);
    const { seed, backend, milliseconds } = image;
    this.#caption.textContent = `seed ${seed} · ${backend === "webgpu" ? "WebGPU" : "CPU"} · ${milliseconds.toFixed(0)} ms`;
  }

  /** It went wrong, or what was asked for is impossible. */
  fail(sentence, canRetry) {
    this.rest();
    this.#problem.hidden = false;
    this.#problem.title = sentence; // A small face has no room for it.
    this.#sentence.textContent = sentence;
    this.#retry.hidden = !canRetry;
  }

  /** Nothing is under way and nothing is wrong. */
  rest() {
    this.#waiting.hidden = true;
    this.#problem.hidden = true;
    this.#frame.removeAttribute("aria-busy");
  }
}
