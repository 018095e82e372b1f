import { z } from "zod";
import { samplesSchema } from "../kind.ts";

const count = z.int().positive();
const weight = z.number().nonnegative();

const folder = z.string().min(1).optional();

const features = z
  .strictObject({
    clip: folder.describe('Folder of a model that "task": "clip" wrote; its image tower stays as it is.'),
    classifier: folder.describe('Or the folder of a model that "task": "classification" wrote.'),
    weight: weight.default(0.1).describe("Weight of the mean squared distance of its hidden states."),
  })
  .refine(({ clip, classifier }) => (clip === undefined) !== (classifier === undefined), {
    error: 'expected the folder of either a "clip" or a "classifier"',
  });

const adversarial = z.strictObject({
  weight: weight
    .default(0.05)
    .describe("Weight of how surely a critic takes patches of reconstructions for reconstructions."),
  block_out_channels: z
    .array(count)
    .min(1)
    .default([32, 64, 64])
    .describe("The critic's channels after each halving of the sides."),
  learning_rate: z.number().positive().optional().describe("The critic's highest; the run's unless given."),
  penalty_weight: weight
    .default(1)
    .describe("Half of it times the mean squared norm of the critic's slope at real images is added to its loss (R1)."),
});

const loss = z.strictObject({
  l1: weight.default(1).describe("Weight of the mean absolute difference; images are in -1 .. 1."),
  squared: weight.default(1).describe("Weight of the mean squared difference."),
  gradient: weight.default(1).describe("Weight of the mean absolute difference of slopes, which keeps edges sharp."),
  kl: weight.default(1e-5).describe("Weight of the latents' divergence from N(0, I), in nats a latent."),
  features: features.optional().describe("Compare images as an image encoder sees them, too."),
  adversarial: adversarial
    .optional()
    .describe(
      "Train a critic of patches along and learn to deceive it: for the last stage, since it sharpens what is there.",
    ),
});

/** The fields of `"task": "autoencoder"`. */
export const autoencoderFields = {
  model: z.strictObject({
    vae: z
      .record(z.string(), z.unknown())
      .describe(
        "AutoencoderKL's config in diffusers' names; size follows from the data, a scaling factor that is left out is measured.",
      ),
    initial_weights: z
      .enum(["usual", "even"])
      .default("usual")
      .describe(
        "What a new run begins with: PyTorch's usual weights, or weights through which images keep their differences, and little noise: learns sooner, deep autoencoders above all.",
      ),
  }),
  loss: loss.prefault({}).describe("What the loss is made of."),
  evaluation: z
    .strictObject({ images: count.default(128).describe("Held-out images that each evaluation reconstructs.") })
    .prefault({}),
  samples: samplesSchema({
    images: count.default(8).describe("Held-out images in a grid, above their reconstructions."),
  }).describe("Grids of images and their reconstructions; without this there are none."),
};
/** The task's part of a configuration. */
export type AutoencoderTaskConfig = z.output<z.ZodObject<typeof autoencoderFields>>;
