// Draws one image with the default model: node generate.mjs FILE
import { writeFile } from "node:fs/promises";
import { encodePng } from "aquatint/formats";
import { generate } from "aquatint/node";

for await (const event of generate({ prompt: "a red circle", seed: 1, steps: 4 })) {
  if (event.type === "image") await writeFile(process.argv[2], encodePng(event.image));
}
