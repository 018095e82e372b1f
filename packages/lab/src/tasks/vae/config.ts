import { z } from "zod";
import { captionedModel, onePassSamples } from "../one-pass/config.ts";

/** The fields of `"task": "vae"`. */
export const vaeFields = {
  model: z.strictObject({
    vae: z
      .record(z.string(), z.unknown())
      .describe("ConditionalVAE's config; sizes follow from the data and the text encoder."),
    ...captionedModel,
  }),
  evaluation: z
    .strictObject({
      images: z.int().positive().default(128).describe("Held-out images whose bound each evaluation estimates."),
    })
    .prefault({}),
  samples: onePassSamples.describe("Grids of samples; without this there are none."),
};
/** The task's part of a configuration. */
export type VaeTaskConfig = z.output<z.ZodObject<typeof vaeFields>>;
