/** `npm run curve -- RUN [...]`: the loss of one run after another over the images that were seen, as a Mermaid chart. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Points of the line; each is the mean over as many images. */
const POINTS = 40;

const runs = process.argv.slice(2);
if (!runs.length) {
  console.error("usage: npm run curve -- RUN [...], the folders of training runs in their order");
  process.exit(2);
}

const read = (run: string, file: string) => readFile(join(run, file), "utf8");

/** Of each step: its loss, and how many images it was taken over. */
async function stepsOf(run: string) {
  const images: number = JSON.parse(await read(run, "config.json")).training.batch_size;
  const lines = (await read(run, "metrics.jsonl")).trim().split("\n");
  return lines.map((line) => ({ loss: Number(JSON.parse(line).loss), images }));
}

const steps = (await Promise.all(runs.map(stepsOf))).flat();
const total = steps.reduce((sum, { images }) => sum + images, 0);
const sums = Array.from({ length: POINTS }, () => ({ loss: 0, images: 0 }));
let position = 0;
for (const { loss, images } of steps) {
  const point = sums[Math.floor((position / total) * POINTS)]!;
  point.loss += loss * images;
  point.images += images;
  position += images;
}
const line = sums.filter(({ images }) => images > 0).map(({ loss, images }) => (loss / images).toFixed(4));
console.log(
  [
    "```mermaid",
    "xychart-beta",
    `  x-axis "images seen" 0 --> ${total}`,
    '  y-axis "loss"',
    `  line [${line.join(", ")}]`,
    "```",
  ].join("\n"),
);
