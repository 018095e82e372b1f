import { writeFile } from "node:fs/promises";
import { encodePng } from "aquatint";
import { generate } from "aquatint/node";

const [model, prompt = "an astronaut riding a horse, sky blue background"] = process.argv.slice(2);
for await (const event of generate({ model, prompt, seed: 7, count: 2, steps: 15, guidance: 4 })) {
  if (event.type === "image") await writeFile(`${event.seed}.png`, encodePng(event.image));
}
