// The same from CommonJS: `require` of an ES module, and `import()`.
const { writeFileSync } = require("node:fs");
const { encodePng } = require("aquatint/formats");

(async () => {
  const { generate } = await import("aquatint/node");
  if (require("aquatint/node").generate !== generate) throw new Error("require and import give two libraries");
  for await (const event of generate({ prompt: "a red circle", seed: 1, steps: 4 })) {
    if (event.type === "image") writeFileSync(process.argv[2], encodePng(event.image));
  }
})();
