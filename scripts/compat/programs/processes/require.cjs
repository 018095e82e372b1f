// An image from CommonJS; `require` and `import()` give one library.
const library = require("aquatint/node");

(async () => {
  const { facts } = await import("./image.mjs");
  const { generate } = await import("aquatint/node");
  console.log((await facts({}, library)).length, generate === library.generate);
})();
