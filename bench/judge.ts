/**
 * `npm run judge -- CONFIG MISTAKES.png`: what the shipped judge says of real renders that nothing was trained on, and
 * the first images in which it misses something.
 */

import { join } from "node:path";
import { diskFiles } from "../packages/aquatint/src/checkpoints/files.node.ts";
import { openDataset, readDatasetConfig } from "../packages/aquatint/src/data/dataset.node.ts";
import { writeFileAtomic } from "../packages/aquatint/src/formats/files.node.ts";
import { imageGrid, tensorToImages } from "../packages/aquatint/src/formats/image/image.ts";
import { encodePng } from "../packages/aquatint/src/formats/png/png.ts";
import { nodeRuntime } from "../packages/aquatint/src/runtime/runtime.node.ts";
import { colors as palette } from "../packages/emoji/src/drawing/colors.ts";
import type { SceneTruth } from "../packages/emoji/src/truth.ts";
import { type CheckName, checks } from "../packages/lab/src/evaluate/checks.ts";
import { wilson } from "../packages/lab/src/evaluate/intervals.ts";
import { openJudge } from "../packages/lab/src/evaluate/judge.ts";
import { root } from "../test/tree.ts";

const COUNT = 1000;
const SEED = 4_000_037;
const SHEET_IMAGES = 32;

const [config, out] = process.argv.slice(2);
if (!config || !out) {
  console.error("usage: npm run judge -- CONFIG MISTAKES.png");
  process.exit(2);
}
const dataset = await openDataset(await readDatasetConfig(config));
const [height, width] = dataset.size;
await using runtime = await nodeRuntime();
const folder = join(root, "packages/model-emoji/judge", String(height));
await using judge = await openJudge(await diskFiles(folder), { runtime, size: dataset.size, palette });
const batch = await dataset.stream({ seed: SEED, split: "held-out" }).next(COUNT);
const truths = (batch.truths as readonly SceneTruth[]).map((truth, i) => ({ ...truth, caption: batch.captions[i]! }));
const images = tensorToImages(batch.images, { width, height });
const { detections: sights } = await judge.detect(images);

const missed = new Map<number, string[]>();
for (const name of Object.keys(checks) as CheckName[]) {
  const answers = truths.map((truth, i): readonly boolean[] => checks[name].answers(sights[i]!, truth));
  const all = answers.flat();
  if (all.length === 0) continue;
  const hits = all.filter(Boolean).length;
  const [low, high] = wilson(hits, all.length).map((bound) => bound.toFixed(3));
  console.log(`${name}: ${(hits / all.length).toFixed(3)} [${low}, ${high}], ${hits} of ${all.length}`);
  for (const [i, verdicts] of answers.entries())
    if (verdicts.includes(false)) missed.set(i, [...(missed.get(i) ?? []), name]);
}
const mistakes = [...missed.keys()].sort((a, b) => a - b).slice(0, SHEET_IMAGES);
for (const i of mistakes) {
  const names = sights[i]!.things.map(({ name }) => name).join(", ");
  console.log(
    `${batch.captions[i]} (${truths[i]!.style}): missed ${missed.get(i)}; saw ${names}; ${sights[i]!.border.slice(0, 3)}`,
  );
}
if (mistakes.length > 0) {
  const sheet = imageGrid(
    mistakes.map((i) => images[i]!),
    { columns: 8, scale: Math.max(1, Math.floor(128 / width)), gap: 3 },
  );
  await writeFileAtomic(out, encodePng(sheet));
}
