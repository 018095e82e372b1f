/**
 * `npm run extract-lora -- TUNED BASE --out FILE`: writes what a training changed in a model's U-Net as a LoRA, in the
 * names that diffusers reads. docs/latent-models.md says when.
 */

import { Command } from "commander";
import { extractLora } from "../packages/aquatint/src/checkpoints/lora/extract.ts";
import { openModel } from "../packages/aquatint/src/checkpoints/open.node.ts";
import { componentOf } from "../packages/aquatint/src/checkpoints/open.ts";
import { readTensors } from "../packages/aquatint/src/checkpoints/read.ts";
import { AquatintError } from "../packages/aquatint/src/errors.ts";
import { writeFileAtomic } from "../packages/aquatint/src/formats/files.node.ts";
import { fromFloat32 } from "../packages/aquatint/src/formats/safetensors/half.ts";
import { encodeSafetensors } from "../packages/aquatint/src/formats/safetensors/safetensors.ts";
import { float32Data } from "../packages/aquatint/src/graph/host-tensor.ts";
import { runProgram } from "./run-program.ts";

/** Layers that are listed, those of which the LoRA has the least. */
const LISTED = 5;

const unet = async (path: string) => readTensors(componentOf(await openModel(path), "UNet2DConditionModel").weights);

async function run(tuned: string, base: string, { out, rank }: { readonly out: string; readonly rank: string }) {
  const limit = Number(rank);
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new AquatintError("lora/extract", `--rank takes a whole number of 1 or more, got "${rank}"`);
  }
  const { tensors, shares } = extractLora({
    component: "unet",
    base: await unet(base),
    tuned: await unet(tuned),
    rank: limit,
  });
  const half = Array.from(
    tensors,
    ([name, tensor]) => [name, fromFloat32(float32Data(tensor), tensor.shape, "F16")] as const,
  );
  const bytes = encodeSafetensors(new Map(half), { format: "pt" });
  await writeFileAtomic(out, bytes);
  console.log(`${out}: ${shares.size} layers, ${(bytes.length / 1e6).toFixed(1)} MB`);
  for (const [layer, share] of [...shares].sort(([, a], [, b]) => a - b).slice(0, LISTED)) {
    console.log(`${(100 * share).toFixed(1).padStart(6)} %  of the squared difference of ${layer}`);
  }
}

const program = new Command("npm run extract-lora --")
  .description("Writes the difference of two models' U-Nets as a LoRA, in float16.")
  .argument("<tuned>", "folder of the model after the training")
  .argument("<base>", "folder of the model before it")
  .requiredOption("--out <file>", ".safetensors file to write")
  .option("--rank <n>", "largest rank of a layer", "32")
  .action(run);

await runProgram(program);
