import { z } from "zod";
import { samplesSchema } from "../kind.ts";

const count = z.int().positive();
const weight = z.number().nonnegative();

const features = z.strictObject({
  clip: z.string().min(1).describe('Folder of a model that "task": "clip" wrote; its image tower stays as it is.'),
  weight: weight.default(0.1).describe("Weight of the mean squared distance of its hidden states."),
});

const loss = z.strictObject({
  l1: weight.default(1).describe("Weight of the mean absolute difference; pictures are in -1 .. 1."),
  squared: weight.default(1).describe("Weight of the mean squared difference."),
  gradient: weight.default(1).describe("Weight of the mean absolute difference of slopes, which keeps edges sharp."),
  kl: weight.default(1e-5).describe("Weight of the latents' divergence from N(0, I), in nats a latent."),
  features: features.optional().describe("Compare pictures as an image encoder sees them, too."),
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
        "What a new run begins with: PyTorch's usual weights, or weights through which pictures keep their differences, and little noise: learns sooner, deep autoencoders above all.",
      ),
  }),
  loss: loss.prefault({}).describe("What the loss is made of."),
  evaluation: z
    .strictObject({ pictures: count.default(128).describe("Held-out pictures that each evaluation reconstructs.") })
    .prefault({}),
  samples: samplesSchema({
    pictures: count.default(8).describe("Held-out pictures in a grid, above their reconstructions."),
  }).describe("Grids of pictures and their reconstructions; without this there are none."),
};
/** The task's part of a configuration. */
export type AutoencoderTaskConfig = z.output<z.ZodObject<typeof autoencoderFields>>;
