/** `npm run curve -- METRICS.jsonl [...]`: the loss of one run after another, averaged over steps, as a Mermaid chart. */
import { readFile } from "node:fs/promises";

const AVERAGED = 200;

const files = process.argv.slice(2);
if (!files.length) {
  console.error("usage: npm run curve -- METRICS.jsonl [...]");
  process.exit(2);
}
const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
const losses = texts.flatMap((text) =>
  text
    .trim()
    .split("\n")
    .map((line) => Number(JSON.parse(line).loss)),
);
const points = Array.from({ length: Math.ceil(losses.length / AVERAGED) }, (_, i) => {
  const part = losses.slice(i * AVERAGED, (i + 1) * AVERAGED);
  return part.reduce((a, b) => a + b, 0) / part.length;
});
console.log(
  [
    "```mermaid",
    "xychart-beta",
    `  x-axis "steps" 0 --> ${losses.length}`,
    '  y-axis "mean squared error of v"',
    `  line [${points.map((loss) => loss.toFixed(4)).join(", ")}]`,
    "```",
  ].join("\n"),
);
