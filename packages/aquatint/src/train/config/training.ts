import { z } from "zod";
import { learningRateScheduleConfig } from "../loop/learning-rates.ts";
import { optimizerConfig } from "../optimizers/registry.ts";

const positive = z.number().positive();
const count = z.int().positive();
const patterns = z.array(z.string().min(1));

const average = z
  .strictObject({
    steps: count.optional().describe("Averaging horizon in optimizer steps (1000 unless `images` is set)."),
    images: count
      .optional()
      .describe("Averaging horizon in images, which does not change with the batch size. Instead of `steps`."),
    warmup: z
      .boolean()
      .default(true)
      .describe("Start with a short horizon that grows with the steps, as diffusers' EMAModel does."),
  })
  .refine(({ steps, images }) => steps === undefined || images === undefined, "give steps or images, not both");

const group = z.strictObject({
  match: patterns.min(1).describe('Patterns of parameter names; "*" stands for any characters.'),
  learning_rate: positive.optional().describe("Peak learning rate of the group. Default: the run's."),
  weight_decay: z.number().nonnegative().optional().describe("Weight decay of the group. Default: the run's."),
  ema: average.nullable().optional().describe("Moving average (EMA) of the group; null for none. Default: the run's."),
});

const plateau = z.strictObject({
  window: count.default(200).describe("Horizon of the loss's moving average, in optimizer steps."),
  patience: count.default(1000).describe("The run ends after this many optimizer steps without a new lowest average."),
  improvement: z
    .number()
    .min(0)
    .lt(1)
    .default(0.001)
    .describe("Relative decrease that counts as a new lowest average: 0.01 is 1 %."),
});

const fields = {
  steps: count.optional().describe("The run ends after this many optimizer steps."),
  minutes: positive.optional().describe("The run ends after this many minutes of training, summed over all sessions."),
  plateau: plateau.optional().describe("End the run when the loss stops falling."),
  batch_size: count.default(32).describe("Samples in each optimizer step."),
  accumulate: count
    .default(1)
    .describe(
      "Number of parts that a batch is split into and computed one after another, to save memory (gradient accumulation). The gradient is that of the whole batch.",
    ),
  optimizer: optimizerConfig.prefault({ name: "adamw" }).describe("The optimizer."),
  learning_rate: positive.default(3e-4).describe("Peak learning rate, reached after the warm-up."),
  learning_rate_schedule: learningRateScheduleConfig
    .prefault({ name: "cosine" })
    .describe("Learning rate schedule after the warm-up."),
  warmup_steps: z
    .int()
    .nonnegative()
    .default(200)
    .describe("Optimizer steps over which the learning rate rises linearly from 0."),
  weight_decay: z
    .number()
    .nonnegative()
    .default(0.01)
    .describe("Weight decay. The optimizer decides how it is applied."),
  clip_norm: positive
    .nullable()
    .default(1)
    .describe("Largest global norm of the gradients; larger ones are scaled down. null turns clipping off."),
  ema: average
    .nullable()
    .prefault({})
    .describe("Moving average (EMA) of the weights, used for samples and for the final model; null for none."),
  groups: z
    .array(group)
    .default([])
    .describe("Groups of parameters with their own settings. A parameter belongs to the first group that matches it."),
  freeze: patterns.default([]).describe('Patterns of parameters that are never updated: "text_encoder.*".'),
  activation_checkpointing: z
    .boolean()
    .default(false)
    .describe(
      "Activation checkpoints: recompute each block's activations in the backward pass instead of storing them. Less memory, more time.",
    ),
  seed: z
    .int()
    .nonnegative()
    .default(0)
    .describe("Random seed of the initial weights, the data, the noise and the dropout."),
};

/** The `training` of a configuration: the same for every task. */
export const trainingConfig = z
  .strictObject(fields)
  .refine(({ steps, minutes, plateau }) => steps ?? minutes ?? plateau, {
    error: 'expected "steps", "minutes" or "plateau": when the run ends',
  })
  .refine(({ batch_size, accumulate }) => batch_size % accumulate === 0, {
    path: ["accumulate"],
    error: ({ input }) => `expected a divisor of "batch_size", ${(input as { batch_size: number }).batch_size}`,
  })
  .refine(
    ({ steps, minutes, learning_rate_schedule: { name } }) => (steps ?? minutes) !== undefined || name === "constant",
    {
      path: ["learning_rate_schedule", "name"],
      error: 'expected "constant" where a run ends only at a plateau, or "steps" or "minutes" beside it',
    },
  );
/** Training fields of a configuration, with its defaults filled in. */
export type Training = z.output<typeof trainingConfig>;
