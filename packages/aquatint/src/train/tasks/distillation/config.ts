import { z } from "zod";
import { samplesSchema } from "../kind.ts";

const count = z.int().positive();

/** The fields of `"task": "distillation"`. */
export const distillationFields = {
  teacher: z
    .string()
    .min(1)
    .describe('Folder of the teacher, a model that "task": "denoising" or "distillation" wrote.'),
  distillation: z
    .strictObject({
      steps: count.default(4).describe("DDIM steps that the student takes for an image."),
      teacher_steps: count
        .default(2)
        .describe(
          "Teacher steps that one student step replaces; 2 is progressive distillation, 1 teaches the guidance alone.",
        ),
      guidance_scale: z
        .number()
        .min(1)
        .default(1)
        .describe("Guidance scale of the teacher's steps (Meng et al. 2023). The student needs none. 1 is none."),
    })
    .prefault({}),
  evaluation: z
    .strictObject({
      images: count
        .default(128)
        .describe("Held-out images in each evaluation of the loss. The noise is the same every time."),
    })
    .prefault({}),
  samples: samplesSchema({
    prompts: z
      .array(z.string())
      .min(1)
      .describe("Prompts of the sample grids, made in as many steps as the student takes."),
    seed: z
      .int()
      .nonnegative()
      .default(0)
      .describe("Seed of the first prompt. Each following prompt takes the next number."),
  }).describe("Sample grids. None if absent."),
};

/** The task's part of a configuration. */
export type DistillationConfig = z.output<z.ZodObject<typeof distillationFields>>;
