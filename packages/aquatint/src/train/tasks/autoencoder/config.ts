import { z } from "zod";
import { samplesSchema } from "../kind.ts";

const count = z.int().positive();
const weight = z.number().nonnegative();

const folder = z.string().min(1).optional();

const features = z
  .strictObject({
    clip: folder.describe('Folder of a model that "task": "clip" wrote. Its image encoder is kept unchanged.'),
    classifier: folder.describe('Folder of a model that "task": "classification" wrote, instead of `clip`.'),
    weight: weight.default(0.1).describe("Weight of the mean squared difference between the encoder's hidden states."),
  })
  .refine(({ clip, classifier }) => (clip === undefined) !== (classifier === undefined), {
    error: 'expected the folder of either a "clip" or a "classifier"',
  });

const adversarial = z.strictObject({
  weight: weight
    .default(0.05)
    .describe("Weight of the adversarial loss: the critic's score for patches of reconstructions."),
  block_out_channels: z
    .array(count)
    .min(1)
    .default([32, 64, 64])
    .describe("Channels of the critic after each downsampling."),
  learning_rate: z.number().positive().optional().describe("Peak learning rate of the critic. Default: the run's."),
  penalty_weight: weight
    .default(1)
    .describe(
      "Gamma of the R1 penalty: gamma / 2 times the mean squared norm of the critic's gradient at real images is added to its loss.",
    ),
});

const loss = z.strictObject({
  l1: weight.default(1).describe("Weight of the mean absolute error; images are in -1 .. 1."),
  squared: weight.default(1).describe("Weight of the mean squared error; images are in -1 .. 1."),
  gradient: weight
    .default(1)
    .describe("Weight of the mean absolute error of the image gradients, which keeps edges sharp."),
  kl: weight.default(1e-5).describe("Weight of the latents' KL divergence from N(0, I), in nats for each latent."),
  features: features.optional().describe("Perceptual loss: also compare images by the features of an image encoder."),
  adversarial: adversarial
    .optional()
    .describe(
      "Adversarial loss with a critic of patches, trained alongside. Use it in the last stage: it sharpens existing detail.",
    ),
});

/** The fields of `"task": "autoencoder"`. */
export const autoencoderFields = {
  model: z.strictObject({
    vae: z
      .record(z.string(), z.unknown())
      .describe(
        "Config of the AutoencoderKL, in diffusers' names. The image size comes from the data; a missing scaling factor is measured.",
      ),
    initial_weights: z
      .enum(["usual", "even"])
      .default("usual")
      .describe(
        "Initial weights: PyTorch's, or weights that keep images distinct, with little latent noise. The second learn faster, above all in deep autoencoders.",
      ),
  }),
  loss: loss.prefault({}).describe("Terms of the loss."),
  evaluation: z
    .strictObject({ images: count.default(128).describe("Held-out images to reconstruct in each evaluation.") })
    .prefault({}),
  samples: samplesSchema({
    images: count.default(8).describe("Held-out images in each grid, shown above their reconstructions."),
  }).describe("Grids of images and their reconstructions. None if absent."),
};
/** The task's part of a configuration. */
export type AutoencoderTaskConfig = z.output<z.ZodObject<typeof autoencoderFields>>;
