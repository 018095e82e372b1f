import { z } from "zod";
import { learningRateScheduleConfig } from "../loop/learning-rates.ts";
import { optimizerConfig } from "../optimizers/registry.ts";

const positive = z.number().positive();
const count = z.int().positive();
const patterns = z.array(z.string().min(1));

const average = z
  .strictObject({
    steps: count.optional().describe("Steps that the average looks back over (1000 unless images are given)."),
    images: count.optional().describe("The same in images: the horizon stays when the batch size changes."),
    warmup: z.boolean().default(true).describe("Follow closely at first, over a horizon that grows with the steps."),
  })
  .refine(({ steps, images }) => steps === undefined || images === undefined, "give steps or images, not both");

const group = z.strictObject({
  match: patterns.min(1).describe('Patterns of parameter names; "*" stands for any characters.'),
  learning_rate: positive.optional().describe("Highest learning rate of the group; the run's unless given."),
  weight_decay: z.number().nonnegative().optional().describe("Weight decay of the group; the run's unless given."),
  ema: average.nullable().optional().describe("Moving average of the group; the run's unless given, null for none."),
});

const plateau = z.strictObject({
  window: count.default(200).describe("Steps that the moving average of the loss looks back over."),
  patience: count.default(1000).describe("Steps without a new lowest average after which the run ends."),
  improvement: z.number().min(0).lt(1).default(0.001).describe("Share by which an average must be lower to count."),
});

const fields = {
  steps: count.optional().describe("Optimizer steps after which the run ends."),
  minutes: positive.optional().describe("Minutes of training, over all sessions, after which the run ends."),
  plateau: plateau.optional().describe("End where the loss no longer falls."),
  batch_size: count.default(32).describe("Samples of one optimizer step."),
  accumulate: count
    .default(1)
    .describe("Parts that a batch is computed in, one after another, to save memory; the sum is that of the batch."),
  optimizer: optimizerConfig.prefault({ name: "adamw" }).describe("What turns gradients into new weights."),
  learning_rate: positive.default(3e-4).describe("Highest learning rate."),
  learning_rate_schedule: learningRateScheduleConfig
    .prefault({ name: "cosine" })
    .describe("How the rate goes down over the run after the warm-up."),
  warmup_steps: z.int().nonnegative().default(200).describe("Steps over which the rate rises from 0 in a line."),
  weight_decay: z.number().nonnegative().default(0.01).describe("Weight decay; how it acts is the optimizer's."),
  clip_norm: positive.nullable().default(1).describe("Largest global norm of the gradients; null for no clipping."),
  ema: average
    .nullable()
    .prefault({})
    .describe("Moving average of the weights, which samples and the model are made of; null for none."),
  groups: z.array(group).default([]).describe("Parameters with rates of their own; the first group that fits counts."),
  freeze: patterns.default([]).describe('Patterns of parameters that are never updated: "text_encoder.*".'),
  activation_checkpointing: z
    .boolean()
    .default(false)
    .describe("Compute the insides of blocks again for the gradient instead of keeping them: less memory, more time."),
  seed: z.int().nonnegative().default(0).describe("Of weights, data, noise and drop-out."),
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
