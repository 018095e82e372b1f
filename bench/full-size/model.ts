import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clipVocabulary } from "../../packages/aquatint/src/clip.ts";
import { parts } from "./parts.ts";
import { folderOf } from "./weights.ts";

/** The folders of Stable Diffusion 1.5 and the parts that their weights are. */
export const components = { unet: "unet-sd15", vae: "vae-decode", text_encoder: "text-encoder" } as const;

const index = {
  _class_name: "StableDiffusionPipeline",
  unet: ["diffusers", "UNet2DConditionModel"],
  vae: ["diffusers", "AutoencoderKL"],
  text_encoder: ["transformers", "CLIPTextModel"],
  tokenizer: ["transformers", "CLIPTokenizer"],
  scheduler: ["diffusers", "PNDMScheduler"],
};
const scheduler = {
  _class_name: "PNDMScheduler",
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: "scaled_linear",
  num_train_timesteps: 1000,
  skip_prk_steps: true,
  steps_offset: 1,
};

/** The folder of Stable Diffusion 1.5 at full size with random weights in float32, 4.3 GB, made when it is not there yet. */
export async function stableDiffusionFolder(): Promise<string> {
  const folder = join(tmpdir(), "aquatint-full-size-2", "sd15");
  if (existsSync(join(folder, "model_index.json"))) return folder;
  rmSync(folder, { recursive: true, force: true });
  for (const [component, name] of Object.entries(components)) {
    const source = folderOf(name);
    mkdirSync(join(folder, component), { recursive: true });
    for (const file of ["config.json", parts[name]!.file]) linkSync(join(source, file), join(folder, component, file));
  }
  await writeFolderFiles(folder);
  return folder;
}

/** Writes what the folder holds besides its networks: the tokenizer, the scheduler and the index. */
export async function writeFolderFiles(folder: string): Promise<void> {
  const { vocab, merges } = await clipVocabulary();
  const files = {
    "tokenizer/vocab.json": JSON.stringify(vocab),
    "tokenizer/merges.txt": merges,
    "tokenizer/tokenizer_config.json": JSON.stringify({ model_max_length: 77, pad_token: "<|endoftext|>" }),
    "scheduler/scheduler_config.json": JSON.stringify(scheduler),
    "model_index.json": JSON.stringify(index),
  };
  for (const path of ["tokenizer", "scheduler"]) mkdirSync(join(folder, path), { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
}
