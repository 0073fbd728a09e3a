// `node upgrade.mjs jsdom-26`: an element in a document that is never laid out, as test runners set one up.
import assert from "node:assert/strict";

const { JSDOM, VirtualConsole } = await import(process.argv[2]);

const reported = [];
const virtualConsole = new VirtualConsole().on("jsdomError", (error) => reported.push(error.message));
const { window } = new JSDOM("<seven-faces emotion='sad' controls>a placeholder</seven-faces>", {
  url: "http://localhost/",
  pretendToBeVisual: true,
  virtualConsole,
});
process.on("unhandledRejection", (error) => reported.push(error.message));
for (const name of Object.getOwnPropertyNames(window)) {
  if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value: window[name], configurable: true, writable: true });
}

const { SevenFaces, SevenFacesElement } = await import("seven-faces");
SevenFaces.base = "/seven-faces/";
const element = document.querySelector("seven-faces");
assert.ok(element instanceof SevenFacesElement, "upgraded");
assert.equal(element.state, "idle");
assert.equal(element.textContent, "a placeholder");
const slot = element.shadowRoot.querySelector("slot");
assert.equal(slot.hidden, false, "the placeholder is not hidden");
assert.deepEqual(slot.assignedNodes().map((node) => node.textContent), ["a placeholder"]);

// Changes, as a program under test makes them.
element.emotion = { happy: 1, sad: 1 };
element.controls = false;
element.size = 100;
await new Promise((resolve) => setTimeout(resolve, 50));
assert.equal(element.getAttribute("emotion"), "happy:1,sad:1");
assert.equal(element.state, "idle");

// What cannot work says so, also by an event.
let said;
element.addEventListener("error", ({ detail }) => (said = detail.message));
await assert.rejects(element.generate(), /no workers here/);
await assert.rejects(element.toBlob(), /no workers here/);
await assert.rejects(SevenFaces.load(), /no workers here/);
assert.equal(element.state, "error");
assert.match(said, /no workers here/);
element.remove();
await new Promise((resolve) => setTimeout(resolve, 50));
assert.deepEqual(reported, []);
console.log("upgraded");
process.exit(0); // the worker's grace period has not passed
