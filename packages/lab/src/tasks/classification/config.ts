import { z } from "zod";

const count = z.int().positive();

/** The fields of `"task": "classification"`. */
export const classificationFields = {
  model: z.strictObject({
    classifier: z
      .record(z.string(), z.unknown())
      .describe("ImageClassifier's config; its classes are the names of the data set."),
  }),
  loss: z
    .strictObject({
      nothing: z
        .number()
        .nonnegative()
        .default(0.3)
        .describe("Weight of a place that shows nothing, beside 1 for one in the middle of a thing."),
    })
    .prefault({})
    .describe("What the loss is made of."),
  evaluation: z
    .strictObject({ images: count.default(512).describe("Held-out images that each evaluation names.") })
    .prefault({}),
};
/** The task's part of a configuration. */
export type ClassificationConfig = z.output<z.ZodObject<typeof classificationFields>>;
