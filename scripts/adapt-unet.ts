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
/** Weights of the squared factors. Large factors would amplify the noise that the U-Net reads and predicts beside the latents. */
const RIDGE = { toOld: 0.02, toNew: 0.1 };

interface Flags {
  readonly pools: readonly string[];
  readonly out: string;
}

async function run(model: string, vae: string, { pools, out }: Flags): Promise<void> {
  if (existsSync(out)) throw new AquatintError("adapt/out", `${out} exists`, { hint: "choose a folder that does not" });
  const [oldPool, newPool] = await openPools(pools);
  const indices = commonImages(oldPool, newPool);
  const [before, after] = [latents(oldPool, indices), latents(newPool, indices)];
  const maps = {
    toOld: fitLatentMap(after, before, RIDGE.toOld),
    toNew: fitLatentMap(before, after, RIDGE.toNew),
  };
  cpSync(model, out, { recursive: true });
  rmSync(join(out, "vae"), { recursive: true });
  cpSync(vae, join(out, "vae"), { recursive: true });
  const [weights, config] = [join(out, "unet/diffusion_pytorch_model.safetensors"), join(out, "unet/config.json")];
  const { tensors } = parseSafetensors(readFileSync(weights));
  await writeFileAtomic(weights, encodeSafetensors(adaptedUnet(tensors, maps), { format: "pt" }));
  const channels = { in_channels: after.channels, out_channels: after.channels };
  const content = { ...JSON.parse(readFileSync(config, "utf8")), ...channels };
  await writeFileAtomic(config, `${JSON.stringify(content, null, 2)}\n`);
  const shares = (values: readonly number[]) => values.map((value) => value.toFixed(2)).join(" ");
  console.log(`${out}: fitted to ${indices.length} images that both pools hold
share of the variance explained, new latents to old: ${shares(maps.toOld.explained)}
share of the variance explained, old latents to new: ${shares(maps.toNew.explained)}`);
}

/** The pools of the old and of the new latents. */
async function openPools(folders: readonly string[]): Promise<[old: LatentPool, next: LatentPool]> {
  const [old, next] = folders;
  if (old === undefined || next === undefined || folders.length > 2) {
    throw poolsError(
      `--pools has ${folders.length} folders, expected 2`,
      "give that of the old autoencoder, then the new",
    );
  }
  const pools = [await openLatentPool(old), await openLatentPool(next)] as [LatentPool, LatentPool];
  const [a, b] = pools.map(({ facts }) => facts.shape.slice(1).join(" x "));
  if (a !== b)
    throw poolsError(`latents of ${a} and of ${b}`, "take autoencoders whose latents have one height and width");
  return pools;
}

/** Entries of both pools that show the same scene: the same place in the same stream, and the same caption. */
function commonImages(old: LatentPool, next: LatentPool): number[] {
  const hint = "encode the same data set with the same seed, at each autoencoder's size";
  const seeds = [old.facts.seed, next.facts.seed];
  if (seeds[0] !== seeds[1]) throw poolsError(`the pools have the seeds ${seeds.join(" and ")}, expected one`, hint);
  const [a, b] = [old.parts.train.captions, next.parts.train.captions];
  const indices = a.flatMap((caption, i) => (caption === b[i] ? [i] : [])).slice(0, IMAGES);
  if (indices.length === 0) throw poolsError(`none of ${a.length} captions is at its place in the other pool`, hint);
  return indices;
}

const poolsError = (message: string, hint: string) => new AquatintError("adapt/pools", message, { hint });

/** Latents of a pool's entries, scaled as the U-Net reads them. */
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
