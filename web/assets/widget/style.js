// The look: a contact print with its edge text. Every colour and length that a page may want to change is a
// custom property; `light-dark` follows the page's own colour scheme, not only the system's.

const ACCENTS = {
  angry: ["#a8322a", "#ee8a7f"],
  disgust: ["#5b6b1e", "#b3c36a"],
  fear: ["#66468f", "#bfa3e6"],
  happy: ["#8a5f00", "#e3b44c"],
  sad: ["#2f608f", "#8bb8e4"],
  surprise: ["#0f6e66", "#66c6bb"],
  neutral: ["#57564f", "#b6b4ab"],
};

const accents = Object.entries(ACCENTS).map(
  ([emotion, [light, dark]]) =>
    `[data-emotion="${emotion}"] { --accent: var(--seven-faces-accent, ${light}); }
     @supports (color: light-dark(#000, #fff)) {
       [data-emotion="${emotion}"] { --accent: var(--seven-faces-accent, light-dark(${light}, ${dark})); }
     }`,
);

const CSS = `
:host {
  --paper: var(--seven-faces-paper, #fbfaf8);
  --ink: var(--seven-faces-ink, #1b1b1a);
  --quiet: var(--seven-faces-quiet, #62615c);
  --rule: var(--seven-faces-rule, #d6d4cd);
  --empty: var(--seven-faces-empty, #e4e2dc);
  --radius: var(--seven-faces-radius, 3px);
  display: inline-block;
  box-sizing: border-box;
  inline-size: var(--seven-faces-size, 192px);
  max-inline-size: 100%;
  vertical-align: top;
  color: var(--ink);
  font: 0.8125rem/1.4 var(--seven-faces-font, system-ui, sans-serif);
  text-align: start;
}
:host([hidden]) { display: none; }
:host([theme="light" i]) { color-scheme: light; }
:host([theme="dark" i]) { color-scheme: dark; }
@supports (color: light-dark(#000, #fff)) {
  :host {
    --paper: var(--seven-faces-paper, light-dark(#fbfaf8, #1b1b1a));
    --ink: var(--seven-faces-ink, light-dark(#1b1b1a, #ebeae5));
    --quiet: var(--seven-faces-quiet, light-dark(#62615c, #a09f98));
    --rule: var(--seven-faces-rule, light-dark(#d6d4cd, #34332f));
    --empty: var(--seven-faces-empty, light-dark(#e4e2dc, #242422));
  }
}
${accents.join("\n")}

*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }

.widget { container-type: inline-size; }
.frame { position: relative; aspect-ratio: 1; overflow: hidden; background: var(--empty); border-radius: var(--radius); }
.frame > canvas, .frame > slot {
  position: absolute;
  inset: 0;
  display: block;
  inline-size: 100%;
  block-size: 100%;
}
canvas { image-rendering: var(--seven-faces-rendering, auto); }
::slotted(*) { inline-size: 100%; block-size: 100%; object-fit: cover; }

.waiting {
  position: absolute;
  inset: auto 0 0;
  padding: 0.4rem 0.6rem 0.5rem;
  background: color-mix(in srgb, var(--paper) 92%, transparent);
  font-size: 0.75rem;
  animation: appear 0.2s 0.25s backwards; /* A face that comes at once never flickers. */
}
.waiting span { display: block; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
progress { appearance: none; display: block; inline-size: 100%; block-size: 3px; margin-block-start: 0.25rem; border: 0; background: var(--rule); }
progress::-webkit-progress-bar { background: var(--rule); }
progress::-webkit-progress-value { background: var(--accent); }
progress::-moz-progress-bar { background: var(--accent); }
progress:indeterminate::-moz-progress-bar { background: var(--rule); }
@keyframes appear { from { opacity: 0; } }

.problem {
  position: absolute;
  inset: 0;
  display: flex;
  flex-direction: column;
  gap: 0.5rem;
  align-items: start;
  padding: 0.7rem 0.75rem;
  overflow: auto;
  background: color-mix(in srgb, var(--paper) 95%, transparent);
  border: 1px solid var(--rule);
  border-radius: var(--radius);
  overflow-wrap: anywhere;
}
.problem p { margin: 0; }

.controls { display: grid; gap: 0.4rem; margin-block-start: 0.45rem; }
/* Seven keys and one more fill their rows whatever the width. */
.keys { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0.25rem; }
.keys > [role="radiogroup"] { display: contents; }
@container (min-width: 180px) {
  .keys { grid-template-columns: repeat(3, minmax(0, 1fr)); }
  .keys > button { grid-column: span 2; }
}
@container (min-width: 280px) {
  .keys { grid-template-columns: repeat(4, minmax(0, 1fr)); }
  .keys > button { grid-column: auto; }
}
@container (min-width: 520px) { .keys { grid-template-columns: repeat(8, minmax(0, 1fr)); } }
label { position: relative; display: block; }
input { appearance: none; position: absolute; inset: 0; margin: 0; border-radius: var(--radius); cursor: pointer; }
label span, button {
  display: block;
  padding: 0.3rem 0.15rem;
  background: var(--paper);
  border: 1px solid var(--rule);
  border-radius: var(--radius);
  text-align: center;
}
label span { border-block-end: 2px solid var(--accent); }
label:hover span { border-color: var(--accent); }
input:checked + span { background: var(--accent); border-color: var(--accent); color: var(--paper); }
.keys { font-size: 0.75rem; }
button { color: inherit; font: inherit; cursor: pointer; }
.problem button { padding-inline: 0.8rem; }
button:hover { border-color: var(--ink); }
:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }
.caption { color: var(--quiet); font-family: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace; font-size: 0.6875rem; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }

@media (prefers-reduced-motion: reduce) { * { animation: none !important; } }
`;

let shared;

/**
 * The sheets of one element: the look, which all share, and its own size. Neither needs a permission of the page's CSP.
 * None where nothing is laid out, as in jsdom.
 */
export function sheets() {
  if (!globalThis.CSSStyleSheet?.prototype.replaceSync) return [];
  if (!shared) {
    shared = new CSSStyleSheet();
    shared.replaceSync(CSS);
  }
  return [shared, new CSSStyleSheet()];
}
