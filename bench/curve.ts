/** `npm run curve -- RUN [...]`: the loss of one run after another over the pictures that were seen, as a Mermaid chart. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Points of the line; each is the mean over as many pictures. */
const POINTS = 40;

const runs = process.argv.slice(2);
if (!runs.length) {
  console.error("usage: npm run curve -- RUN [...], the folders of training runs in their order");
  process.exit(2);
}

const read = (run: string, file: string) => readFile(join(run, file), "utf8");

/** Of each step: its loss, and how many pictures it was taken over. */
async function stepsOf(run: string) {
  const pictures: number = JSON.parse(await read(run, "config.json")).training.batch_size;
  const lines = (await read(run, "metrics.jsonl")).trim().split("\n");
  return lines.map((line) => ({ loss: Number(JSON.parse(line).loss), pictures }));
}

const steps = (await Promise.all(runs.map(stepsOf))).flat();
const total = steps.reduce((sum, { pictures }) => sum + pictures, 0);
const sums = Array.from({ length: POINTS }, () => ({ loss: 0, pictures: 0 }));
let seen = 0;
for (const { loss, pictures } of steps) {
  const point = sums[Math.floor((seen / total) * POINTS)]!;
  point.loss += loss * pictures;
  point.pictures += pictures;
  seen += pictures;
}
const line = sums.filter(({ pictures }) => pictures > 0).map(({ loss, pictures }) => (loss / pictures).toFixed(4));
console.log(
  [
    "```mermaid",
    "xychart-beta",
    `  x-axis "pictures seen" 0 --> ${total}`,
    '  y-axis "loss"',
    `  line [${line.join(", ")}]`,
    "```",
  ].join("\n"),
);
