/**
 * `npm run judge:motion -- MODEL --motion ADAPTER --data CONFIG`: makes clips of captions with known motions, with fixed seeds
 * and none left out, and has them judged. docs/video.md says how to read the figures, which are printed as JSON.
 */

import { join } from "node:path";
import { Command } from "commander";
import { AquatintError } from "../packages/aquatint/src/errors.ts";
import { writeFileAtomic } from "../packages/aquatint/src/formats/files.node.ts";
import { type Image, imageGrid } from "../packages/aquatint/src/formats/image/image.ts";
import { encodePng } from "../packages/aquatint/src/formats/png/png.ts";
import { evaluateMotion, motionDefaults } from "../packages/lab/src/motion/evaluate.node.ts";
import { runProgram } from "../scripts/run-program.ts";
import { root } from "../test/tree.ts";

interface Flags {
  readonly motion: string;
  readonly data: string;
  readonly judge?: string;
  readonly sampler?: string;
  readonly sheet?: string;
  readonly [number: string]: string | undefined;
}

/** Clips of a sheet, the first ones, and the frames of each. */
const [SHEET_CLIPS, SHEET_FRAMES] = [24, 8];

const program = new Command("npm run judge:motion --")
  .description("Measures a motion adapter against real clips of the same captions; prints JSON.")
  .argument("<model>", "folder of a text-to-image model")
  .requiredOption("--motion <folder>", "folder of the motion adapter")
  .requiredOption("--data <file>", 'configuration of "emoji-clips", or of a run on it')
  .option("--judge <folder>", "a classifier of things; the shipped one of the clips' size if there is one")
  .option("--count <n>", "clips, half of them of pairs that training never saw", `${motionDefaults.count}`)
  .option("--examples <n>", "real clips that the classifier of motions learns from", `${motionDefaults.examples}`)
  .option("--seed <n>", "seed of the first clip", `${motionDefaults.seed}`)
  .option("--sampler <name>", "a sampler; the model's own if left out")
  .option("--steps <n>", "steps of the sampler")
  .option("--guidance <w>", "scale of classifier-free guidance")
  .option("--threads <n>", "at most so many threads")
  .option("--sheet <file>", `write the first ${SHEET_CLIPS} clips, unpicked, to a PNG file`)
  .action(run);

async function run(model: string, flags: Flags): Promise<void> {
  const { motion, data, judge, sampler, sheet, ...numbers } = flags;
  const options = { model, motion, data, ...(judge && { judge }), ...(sampler && { sampler }), ...numbersOf(numbers) };
  const sheetFrames: Image[] = [];
  for await (const event of evaluateMotion({ ...options, judges: join(root, "packages/model-emoji/judge") })) {
    if (event.type === "examples")
      process.stderr.write(`the classifier of motions learned from ${event.n} real clips\n`);
    if (event.type === "clip") {
      const { i, n, caption, judged, frames, seconds } = event;
      process.stderr.write(
        `${i + 1} of ${n}: ${caption}: ${judged.motion}, classified as ${judged.detected}, ${seconds.toFixed(1)} s\n`,
      );
      if (i < SHEET_CLIPS) sheetFrames.push(...spread(frames));
    }
    if (event.type !== "evaluation") continue;
    if (sheet) await writeFileAtomic(sheet, encodePng(imageGrid(sheetFrames, { columns: SHEET_FRAMES, gap: 2 })));
    const command = `npm run judge:motion -- ${process.argv.slice(2).join(" ")}`;
    process.stdout.write(`${JSON.stringify({ command, ...event.evaluation }, null, 2)}\n`);
  }
}

const spread = (frames: readonly Image[]): readonly Image[] =>
  Array.from(
    { length: SHEET_FRAMES },
    (_, i) => frames[Math.round((i * (frames.length - 1)) / (SHEET_FRAMES - 1))] as Image,
  );

const numbersOf = (texts: Readonly<Record<string, string | undefined>>): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) => {
      if (text === undefined) return [];
      const value = Number(text);
      if (text.trim() !== "" && Number.isFinite(value)) return [[name, value] as const];
      throw new AquatintError("evaluate/option", `--${name} takes a number, got "${text}"`);
    }),
  );

await runProgram(program);
