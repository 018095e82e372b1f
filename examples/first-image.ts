import { writeFile } from "node:fs/promises";
import { encodePng } from "aquatint";
import { generate } from "aquatint/node";

for await (const event of generate({ prompt: "an astronaut riding a horse", seed: 7 })) {
  if (event.type === "evaluation") process.stdout.write(`\rstep ${event.i + 1} of ${event.n}`);
  if (event.type === "image") await writeFile("astronaut.png", encodePng(event.image));
}
console.log("\nastronaut.png");
