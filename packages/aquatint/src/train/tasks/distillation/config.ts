import { z } from "zod";
import { samplesSchema } from "../kind.ts";

const count = z.int().positive();

/** The fields of `"task": "distillation"`. */
export const distillationFields = {
  teacher: z
    .string()
    .min(1)
    .describe('Folder of the model whose steps are learned, which "task": "denoising" or this one wrote.'),
  distillation: z
    .strictObject({
      steps: count.default(4).describe("DDIM steps in which the student makes an image."),
      teacher_steps: count
        .min(2)
        .default(2)
        .describe("Steps of the teacher that one of the student's replaces: 2 in progressive distillation."),
    })
    .prefault({}),
  evaluation: z
    .strictObject({
      images: count.default(128).describe("Held-out images whose loss each evaluation takes, at the same noise."),
    })
    .prefault({}),
  samples: samplesSchema({
    prompts: z.array(z.string()).min(1).describe("What the grids show, in as many steps as the student takes."),
    seed: z.int().nonnegative().default(0).describe("The first prompt's seed; the next ones follow."),
  }).describe("Grids of samples; without this there are none."),
};

/** The task's part of a configuration. */
export type DistillationConfig = z.output<z.ZodObject<typeof distillationFields>>;
