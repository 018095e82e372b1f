import { generateVideo, writeClip } from "aquatint/node";

const [model, motion, prompt = "a rocket taking off"] = process.argv.slice(2);
for await (const event of generateVideo({ model, motion, prompt, seed: 7, frames: 8, fps: 8, steps: 20 })) {
  if (event.type === "evaluation") process.stdout.write(`\rstep ${event.i + 1} of ${event.n}`);
  if (event.type === "video") await writeClip("clip.webp", event);
}
process.stdout.write("\n");
