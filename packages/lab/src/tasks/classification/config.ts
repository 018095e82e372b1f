import { z } from "zod";

const count = z.int().positive();

/** The fields of `"task": "classification"`. */
export const classificationFields = {
  model: z.strictObject({
    classifier: z
      .record(z.string(), z.unknown())
      .describe("Config of the ImageClassifier. Its classes are the names of the data set."),
  }),
  loss: z
    .strictObject({
      nothing: z
        .number()
        .nonnegative()
        .default(0.3)
        .describe("Weight of a location with nothing in it; a location in the middle of a thing has weight 1."),
    })
    .prefault({})
    .describe("Terms of the loss."),
  evaluation: z
    .strictObject({ images: count.default(512).describe("Held-out images to classify in each evaluation.") })
    .prefault({}),
};
/** The task's part of a configuration. */
export type ClassificationConfig = z.output<z.ZodObject<typeof classificationFields>>;
