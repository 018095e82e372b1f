/**
 * `npm run recipe:smoke [-- FOLDER]`: trains every part of the latent model at toy length, one after another as the recipes
 * name each other, and makes one image from the folder that comes out. FOLDER keeps the runs; without it they are removed.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { encodePng } from "../packages/aquatint/src/formats/png/png.ts";
import { generate } from "../packages/aquatint/src/pipelines/generate.node.ts";
import { trainRun } from "../packages/aquatint/src/train/run/run.node.ts";
import { root } from "../test/tree.ts";

/** The recipes in the order that they need each other. */
const RECIPES = ["clip", "autoencoder", "latent"].map((name) => join(root, `recipes/emoji/${name}.json`));
const STEPS = 6;
const PROMPT = "an astronaut riding a horse, sky blue background";

/** A recipe's text with a toy's length; everything else, sizes above all, is the recipe's own. */
async function toyRecipe(path: string): Promise<string> {
  const { training, evaluation, samples, ...rest } = JSON.parse(await readFile(path, "utf8"));
  const { minutes: _, ...settings } = training;
  const shortened = samples?.prompts ? { prompts: samples.prompts.slice(0, 1), steps: 2 } : { images: 4 };
  return JSON.stringify({
    ...rest,
    training: { ...settings, steps: STEPS, batch_size: 4, warmup_steps: 2, ema: { steps: 2 } },
    evaluation: { ...evaluation, images: 8 },
    ...(samples && { samples: { ...samples, ...shortened } }),
  });
}

/** Trains a toy of a recipe and says how its loss went. Returns the folder of its model. */
async function train(recipe: string): Promise<string> {
  const started = performance.now();
  const config = basename(recipe);
  await writeFile(config, await toyRecipe(recipe));
  const losses: number[] = [];
  let model = "";
  for await (const event of trainRun(config)) {
    if (event.type === "step") losses.push(event.loss);
    if (event.type === "problem") throw new Error(`${config}: ${event.message}`);
    if (event.type === "model") model = event.path;
  }
  const [first, last] = [losses[0]!, losses.at(-1)!].map((loss) => loss.toFixed(3));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${config.padEnd(18)} loss ${first} -> ${last} in ${losses.length} steps, ${seconds} s: ${model}`);
  return model;
}

async function draw(model: string): Promise<void> {
  const started = performance.now();
  for await (const event of generate({ prompt: PROMPT, model, seed: 0 })) {
    if (event.type !== "image") continue;
    await writeFile("image.png", encodePng(event.image));
    const { width, height } = event.image;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${"image.png".padEnd(18)} ${width}x${height} in ${seconds} s: "${PROMPT}"`);
  }
}

const [target] = process.argv.slice(2);
const folder = target === undefined ? await mkdtemp(join(tmpdir(), "aquatint-recipe-")) : resolve(target);
await mkdir(folder, { recursive: true });
process.chdir(folder); // the recipes name each other's runs from where they are run
let model = "";
for (const recipe of RECIPES) model = await train(recipe);
await draw(model);
if (target === undefined) {
  process.chdir(root);
  await rm(folder, { recursive: true });
}
