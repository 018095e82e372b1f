import { z } from "zod";
import { datasetConfig } from "../data/registry.ts";
import { AquatintError } from "../errors.ts";

const positive = z.number().positive();
const count = z.int().positive();
const share = z.number().min(0).max(1);
const jsonObject = z.record(z.string(), z.unknown());

const model = z.strictObject({
  /** UNet2DConditionModel's config.json in diffusers' names. */
  unet: jsonObject,
  /** CLIPTextModel's config.json in transformers' names; vocabulary size and context come from the tokenizer. */
  text_encoder: jsonObject,
  /** A scheduler_config.json in diffusers' names: the schedule and what the network predicts. */
  scheduler: jsonObject,
  tokenizer: z.strictObject({
    /** Byte-pair merges learnt from the data set's captions. */
    merges: count.default(512),
    /** Tokens of a caption with its start and end: `model_max_length`. */
    context: z.int().min(4).max(77).default(32),
  }),
});

const training = z.strictObject({
  steps: count,
  batch_size: count.default(32),
  learning_rate: positive.default(3e-4),
  warmup_steps: z.int().nonnegative().default(200),
  /** Share of the highest learning rate that is left at the end of the cosine. */
  final_learning_rate_share: share.default(0),
  weight_decay: z.number().nonnegative().default(0.01),
  beta1: share.default(0.9),
  beta2: share.default(0.999),
  eps: positive.default(1e-8),
  /** Largest global norm of the gradients; null for no clipping. */
  clip_norm: positive.nullable().default(1),
  ema_decay: share.default(0.999),
  /** Share of captions replaced by "" for classifier-free guidance. */
  guidance_dropout: share.default(0.1),
  seed: z.int().nonnegative().default(0),
});

const samples = z.strictObject({
  prompts: z.array(z.string()).min(1),
  /** Minutes between two grids; the last step always makes one. */
  every_minutes: positive.default(10),
  steps: count.default(50),
  guidance: z.number().nonnegative().default(2),
  /** The first prompt's seed; the next ones follow. */
  seed: z.int().nonnegative().default(0),
});

/** A training run's configuration file. */
export const trainConfig = z.strictObject({
  $schema: z.string().optional(),
  /** Folder of the run: checkpoints, metrics, samples, and the model at the end. */
  output: z.string().min(1),
  /** A data set of the registry by its name, with its own options beside it. */
  dataset: datasetConfig,
  model,
  training,
  checkpoint_minutes: positive.default(5),
  samples: samples.optional(),
});
/** A configuration with its defaults filled in. */
export type TrainConfig = z.infer<typeof trainConfig>;

const LONGEST_QUOTE = 60;

/** Checks a configuration. @throws AquatintError "config/invalid" that names the place, what was found and expected. */
export function parseTrainConfig(json: unknown, { name }: { readonly name: string }): TrainConfig {
  const result = trainConfig.safeParse(json, { reportInput: true });
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const place = issue.path.length ? `"${issue.path.join(".")}": ` : "";
  const found = JSON.stringify(issue.input) ?? "nothing";
  const shown = found.length > LONGEST_QUOTE ? `${found.slice(0, LONGEST_QUOTE)}…` : found;
  throw new AquatintError("config/invalid", `${name}: ${place}${issue.message}; found ${shown}`, {
    hint: "docs/training.md lists every field with its default",
  });
}
