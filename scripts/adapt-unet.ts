/**
 * `npm run adapt-unet -- MODEL VAE --pools OLD NEW --out FOLDER`: makes the first model of a training from a model of
 * another autoencoder. docs/latent-models.md says when.
 */

import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { openLatentPool } from "../packages/aquatint/src/data/pool/open.node.ts";
import type { LatentPool } from "../packages/aquatint/src/data/pool/pool.ts";
import { AquatintError } from "../packages/aquatint/src/errors.ts";
import { writeFileAtomic } from "../packages/aquatint/src/formats/files.node.ts";
import { encodeSafetensors, parseSafetensors } from "../packages/aquatint/src/formats/safetensors/safetensors.ts";
import { adaptedUnet, fitLatentMap, type Latents } from "./latent-map.ts";
import { runProgram } from "./run-program.ts";

/** Images that the maps are fitted to. */
const IMAGES = 1000;
/** Weight of the factors' squares, for the noise that the first convolution reads, too, and the last one is to predict. */
const RIDGE = { toOld: 0.02, toNew: 0.1 };

interface Flags {
  readonly pools: readonly string[];
  readonly out: string;
}

async function run(model: string, vae: string, { pools, out }: Flags): Promise<void> {
  if (existsSync(out)) throw new AquatintError("adapt/out", `${out} exists`, { hint: "choose a folder that does not" });
  const [old, next] = await Promise.all([poolAt(pools, 0), poolAt(pools, 1)]);
  const indices = commonImages(old, next);
  const [a, b] = [latents(old, indices), latents(next, indices)];
  const maps = { toOld: fitLatentMap(b, a, RIDGE.toOld), toNew: fitLatentMap(a, b, RIDGE.toNew) };
  cpSync(model, out, { recursive: true });
  rmSync(join(out, "vae"), { recursive: true });
  cpSync(vae, join(out, "vae"), { recursive: true });
  const [weights, config] = [join(out, "unet/diffusion_pytorch_model.safetensors"), join(out, "unet/config.json")];
  const { tensors } = parseSafetensors(readFileSync(weights));
  await writeFileAtomic(weights, encodeSafetensors(adaptedUnet(tensors, maps), { format: "pt" }));
  const channels = { in_channels: b.channels, out_channels: b.channels };
  const content = { ...JSON.parse(readFileSync(config, "utf8")), ...channels };
  await writeFileAtomic(config, `${JSON.stringify(content, null, 2)}\n`);
  const shares = (values: readonly number[]) => values.map((value) => value.toFixed(2)).join(" ");
  console.log(`${out}: fitted to ${indices.length} images that both pools hold
share of the variance explained, new latents to old: ${shares(maps.toOld.explained)}
share of the variance explained, old latents to new: ${shares(maps.toNew.explained)}`);
}

async function poolAt(pools: readonly string[], index: number): Promise<LatentPool> {
  const folder = pools[index];
  if (folder === undefined)
    throw new AquatintError("adapt/pools", "--pools takes two folders: the old and the new one");
  return openLatentPool(folder);
}

/** Entries of both pools that show the same scene: the same place in the same stream, and the same caption. */
function commonImages(old: LatentPool, next: LatentPool): number[] {
  const [a, b] = [old.parts.train.captions, next.parts.train.captions];
  const indices = a.flatMap((caption, i) => (caption === b[i] ? [i] : [])).slice(0, IMAGES);
  if (indices.length === 0 || old.facts.seed !== next.facts.seed) {
    throw new AquatintError("adapt/pools", "the pools do not hold the same scenes", {
      hint: "encode the same data set with the same seed, at each autoencoder's size",
    });
  }
  return indices;
}

function latents({ facts, parts }: LatentPool, indices: readonly number[]): Latents {
  const [channels, height, width] = facts.shape;
  const size = channels * height * width;
  const values = new Float32Array(indices.length * size);
  for (const [k, index] of indices.entries()) parts.train.read(index, values.subarray(k * size, (k + 1) * size));
  return { values: values.map((value) => value * facts.scalingFactor), channels, plane: height * width };
}

const program = new Command("npm run adapt-unet --")
  .description("Carries a model's U-Net over to another autoencoder, to train it on from there.")
  .argument("<model>", "folder of the model")
  .argument("<vae>", "folder of the other autoencoder, with latents of the same height and width")
  .requiredOption("--pools <folders...>", "pools of the same scenes, encoded by the old and by the new autoencoder")
  .requiredOption("--out <folder>", "folder to write")
  .action(run);

await runProgram(program);
