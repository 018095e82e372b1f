import { z } from "zod";
import { objectiveFields, textSamples } from "../denoising/config.ts";

const count = z.int().positive();

/** The fields of `"task": "motion"`. */
export const motionFields = {
  model: z.strictObject({
    images: z
      .string()
      .min(1)
      .describe('Folder of the text-to-image model that gets the motion modules, which "task": "denoising" wrote.'),
    motion: z
      .record(z.string(), z.unknown())
      .default({})
      .describe("MotionAdapter's config in diffusers' names; its widths and layers follow from the U-Net."),
  }),
  objective: objectiveFields.prefault({}),
  evaluation: z
    .strictObject({
      clips: count.default(32).describe("Held-out clips whose loss each evaluation takes, always at the same noise."),
    })
    .prefault({}),
  samples: textSamples.describe("Sheets of sample clips, a row of frames each; without this there are none."),
};

/** The task's part of a configuration. */
export type MotionConfig = z.output<z.ZodObject<typeof motionFields>>;
