import { z } from "zod";
import { captionedModel, onePassSamples } from "../one-pass/config.ts";

const jsonObject = z.record(z.string(), z.unknown());
const penaltyNames = ["r1", "r2"] as const;

/** The fields of `"task": "gan"`. */
export const ganFields = {
  model: z.strictObject({
    generator: jsonObject.describe(
      "Config of the ConditionalGenerator. Sizes come from the data and the text encoder.",
    ),
    critic: jsonObject.describe("Config of the ConditionalCritic. Sizes come from the data and the text encoder."),
    ...captionedModel,
  }),
  loss: z
    .strictObject({
      penalty: z
        .enum(penaltyNames)
        .default("r1")
        .describe("Images at which the critic's gradient is penalized: real ones (r1), generated ones (r2)."),
      penalty_weight: z
        .number()
        .nonnegative()
        .default(1)
        .describe(
          "Gamma of the penalty: gamma / 2 times the mean squared norm of the critic's gradient is added to its loss.",
        ),
      penalty_share: z
        .number()
        .positive()
        .max(1)
        .default(0.25)
        .describe("Fraction of a batch in the penalty, 0 .. 1. Less is faster, and the expected penalty is the same."),
    })
    .prefault({})
    .describe("Terms of the critic's loss."),
  critic: z
    .strictObject({
      steps: z.int().positive().default(1).describe("Optimizer steps of the critic in each step of the run."),
      learning_rate: z.number().positive().optional().describe("Peak learning rate of the critic. Default: the run's."),
    })
    .prefault({})
    .describe("Training of the critic."),
  samples: onePassSamples.describe("Sample grids. None if absent."),
};
/** The task's part of a configuration. */
export type GanTaskConfig = z.output<z.ZodObject<typeof ganFields>>;
