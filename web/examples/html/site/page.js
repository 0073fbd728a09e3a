// Everything the page does with the element: it says what is shown, and saves it.
const person = document.getElementById("person");
const said = document.getElementById("said");

person.addEventListener("generated", ({ detail }) => {
  said.textContent = `Seed ${detail.seed}, ${detail.emotion}, made in ${detail.milliseconds.toFixed(0)} ms by ${detail.reason}.`;
});
person.addEventListener("error", ({ detail }) => (said.textContent = detail.message));

document.getElementById("save").addEventListener("click", async () => {
  const address = URL.createObjectURL(await person.toBlob({ size: 480 }));
  Object.assign(document.createElement("a"), { href: address, download: "face.png" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
});
