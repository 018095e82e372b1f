/**
 * `npm run evaluate -- MODEL`: makes images of captions from the model's own data, with fixed seeds and none left out,
 * and has them judged by a classifier that was trained on real renders alone. docs/evaluation.md says how to read it.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { version } from "../packages/aquatint/src/cli/version.ts";
import { AquatintError } from "../packages/aquatint/src/errors.ts";
import { writeFileAtomic } from "../packages/aquatint/src/formats/files.node.ts";
import { type Image, imageGrid, imageStrip } from "../packages/aquatint/src/formats/image/image.ts";
import { encodePng } from "../packages/aquatint/src/formats/png/png.ts";
import { type Evaluation, evaluateDefaults, evaluateModel } from "../packages/lab/src/evaluate/evaluate.node.ts";
import { evaluationTable } from "../packages/lab/src/evaluate/table.ts";
import { runProgram } from "../scripts/run-program.ts";
import { root } from "../test/tree.ts";

interface Flags {
  readonly json?: boolean;
  readonly count?: string;
  readonly seed?: string;
  readonly sampler?: string;
  readonly steps?: string;
  readonly guidance?: string;
  readonly judge?: string;
  readonly data?: string;
  readonly threads?: string;
  readonly sheet?: string;
  readonly clip?: string;
  readonly nearest?: string;
  readonly variant?: string;
  readonly fewSteps?: boolean;
}

/** Images of a sheet, the first ones. */
const SHEET_IMAGES = 32;
/** Training renders in which the nearest images are looked for. */
const NEIGHBORS = 4096;

const program = new Command("npm run evaluate --")
  .description("Measures a text-to-image model against real renders of the same captions.")
  .argument("<model>", "folder of a model")
  .option("--json", "print JSON in place of a table")
  .option("--count <n>", "images, half of them of combinations that training never saw", `${evaluateDefaults.count}`)
  .option("--seed <n>", "seed of the first image", `${evaluateDefaults.seed}`)
  .option("--sampler <name>", "a sampler; the model's own if left out")
  .option("--steps <n>", "steps of the sampler")
  .option("--guidance <w>", "scale of classifier-free guidance")
  .option("--judge <folder>", "a classifier; the shipped one of the images' size if left out")
  .option("--data <file>", "configuration of the training run or its data set; the one beside the model if left out")
  .option("--threads <n>", "at most so many threads")
  .option("--sheet <file>", `write the first ${SHEET_IMAGES} images, unpicked, to a PNG file`)
  .option("--clip <folder>", "a CLIP model that compares images with captions")
  .option("--variant <name>", "variant of the weights, such as a file of `aquatint quantize`")
  .option("--few-steps", "the model's own form for few steps")
  .option("--nearest <file>", `write images above the nearest of ${NEIGHBORS} training renders to a PNG file`)
  .action(run);

async function run(model: string, flags: Flags): Promise<void> {
  const images: Image[] = [];
  for await (const event of evaluateModel({ model, ...evaluateOptions(flags) })) {
    if (event.type === "image") {
      images.push(event.image);
      if (process.stderr.isTTY) process.stderr.write(`\r${event.i + 1} of ${event.n} images`);
      continue;
    }
    if (process.stderr.isTTY) process.stderr.write("\n");
    if (event.type === "neighbors") {
      if (flags.nearest)
        await writePng(flags.nearest, imageStrip(event.rows.rows, { scale: Math.min(2, sheetScale(images)), gap: 2 }));
      continue;
    }
    if (flags.sheet) await writeSheet(flags.sheet, images);
    process.stdout.write(flags.json ? json(event.evaluation) : evaluationTable(event.evaluation));
  }
}

function evaluateOptions({
  count,
  seed,
  steps,
  guidance,
  threads,
  sampler,
  judge,
  data,
  clip,
  nearest,
  variant,
  fewSteps,
}: Flags) {
  const numbers = Object.entries({ count, seed, steps, guidance, threads }).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, numberOf(name, text)] as const],
  );
  const choices = {
    ...(sampler && { sampler }),
    ...(judge && { judge }),
    ...(data && { data }),
    ...(clip && { clip }),
    ...(variant && { variant }),
    ...(fewSteps && { fewSteps }),
  };
  const looked = nearest !== undefined && { neighbors: NEIGHBORS };
  return { ...Object.fromEntries(numbers), ...choices, ...looked, judges: join(root, "packages/model-emoji/judge") };
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new AquatintError("evaluate/option", `--${name} takes a number, got "${text}"`);
}

const writeSheet = (path: string, images: readonly Image[]) =>
  writePng(path, imageGrid(images.slice(0, SHEET_IMAGES), { columns: 8, scale: sheetScale(images), gap: 3 }));
/** Small images are enlarged to about 192 pixels, at most three times. */
const sheetScale = ([image]: readonly Image[]): number =>
  Math.min(3, Math.max(1, Math.floor(192 / (image?.width ?? 192))));
const writePng = (path: string, image: Image) => writeFileAtomic(path, encodePng(image));

function json(evaluation: Evaluation): string {
  const installed = (name: string): string =>
    JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version;
  const facts = {
    command: `npm run evaluate -- ${process.argv.slice(2).join(" ")}`,
    versions: { aquatint: version, "onnxruntime-node": installed("onnxruntime-node"), node: process.version },
  };
  return `${JSON.stringify({ ...facts, ...evaluation }, null, 2)}\n`;
}

await runProgram(program);
