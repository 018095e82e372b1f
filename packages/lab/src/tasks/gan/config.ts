import { z } from "zod";
import { captionedModel, onePassSamples } from "../one-pass/config.ts";

const jsonObject = z.record(z.string(), z.unknown());
const penaltyNames = ["r1", "r2"] as const;

/** The fields of `"task": "gan"`. */
export const ganFields = {
  model: z.strictObject({
    generator: jsonObject.describe("ConditionalGenerator's config; sizes follow from the data and the text encoder."),
    critic: jsonObject.describe("ConditionalCritic's config; sizes follow as the generator's do."),
    ...captionedModel,
  }),
  loss: z
    .strictObject({
      penalty: z
        .enum(penaltyNames)
        .default("r1")
        .describe("Where the critic's slope is held down: r1 at real images, r2 at generated ones."),
      penalty_weight: z
        .number()
        .nonnegative()
        .default(1)
        .describe("Gamma: half of it times the mean squared norm of the critic's slope is added to its loss."),
      penalty_share: z
        .number()
        .positive()
        .max(1)
        .default(0.25)
        .describe(
          "Share of a batch that the penalty is taken of, since it costs the most; its expectation is the same.",
        ),
    })
    .prefault({})
    .describe("What the critic's loss is made of."),
  critic: z
    .strictObject({
      steps: z.int().positive().default(1).describe("The critic's optimizer steps in each step of the run."),
      learning_rate: z.number().positive().optional().describe("The critic's highest; the run's unless given."),
    })
    .prefault({})
    .describe("How the critic is trained beside the generator."),
  samples: onePassSamples.describe("Grids of samples; without this there are none."),
};
/** The task's part of a configuration. */
export type GanTaskConfig = z.output<z.ZodObject<typeof ganFields>>;
