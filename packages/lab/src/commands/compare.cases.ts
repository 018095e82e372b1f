import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const text = { hidden_size: 16, intermediate_size: 32, num_hidden_layers: 1, num_attention_heads: 2 };
const tokenizer = { merges: 20, context: 8 };
const decoder = { block_out_channels: [4, 8], latent_size: 4, norm_num_groups: 4 };
const unet = {
  ...{ block_out_channels: [4, 8], layers_per_block: 1, norm_num_groups: 4, attention_head_dim: 2 },
  ...{ cross_attention_dim: 16, down_block_types: ["DownBlock2D", "CrossAttnDownBlock2D"] },
  up_block_types: ["CrossAttnUpBlock2D", "UpBlock2D"],
};
const scheduler = { _class_name: "DDPMScheduler", beta_schedule: "cosine", prediction_type: "v_prediction" };
/** A toy of each task of a comparison. */
export const tasks = {
  judge: {
    task: "classification",
    model: { classifier: { block_out_channels: [4, 8, 8], norm_num_groups: 4 } },
    evaluation: { images: 8 },
  },
  vae: { task: "vae", model: { vae: decoder, text_encoder: text, tokenizer }, evaluation: { images: 8 } },
  gan: {
    task: "gan",
    model: {
      generator: decoder,
      critic: { block_out_channels: [4, 8], feature_size: 8 },
      text_encoder: text,
      tokenizer,
    },
  },
  denoising: {
    task: "denoising",
    model: { unet, text_encoder: text, scheduler, tokenizer },
    evaluation: { images: 8 },
  },
};

/** Writes a comparison of toys and the configurations that it names into a new folder; returns its path. */
export async function writeToyComparison(folder: string, change: object = {}): Promise<string> {
  await mkdir(folder);
  for (const [name, task] of Object.entries(tasks)) {
    const training = { steps: 2, batch_size: 4, warmup_steps: 1 };
    const dataset = { name: "digits", digits: [1, 7] };
    const config = { output: join(folder, "runs", name), dataset, training, ...task };
    await writeFile(join(folder, `${name}.json`), JSON.stringify(config));
  }
  const comparison = {
    title: "ones and sevens",
    judge: "judge.json",
    models: [
      { name: "VAE", config: "vae.json" },
      { name: "GAN", config: "gan.json" },
      { name: "Diffusion", config: "denoising.json", walks: [{ steps: 1 }, { sampler: "ddim", steps: 3 }] },
    ],
    measure: { images: 32, bounds: 3, evaluations: 3, importance: 2, timed: 1, neighbors: 20 },
    ...change,
  };
  const path = join(folder, "compare.json");
  await writeFile(path, JSON.stringify(comparison));
  return path;
}
