import { splits } from "aquatint/data";
import { AquatintError, itemAt } from "aquatint/util";
import { z } from "zod";
import { modelKinds } from "./kinds/registry.ts";

const count = z.int().positive();
const file = z.string().min(1);

const sampling = z.strictObject({
  sampler: file
    .default("ddim")
    .describe("Name of a sampler that adds no noise, so that the latent vector determines the image."),
  steps: count.describe("Steps of the sampler."),
});

const model = z.strictObject({
  name: z.string().min(1).describe("Name of the model in the report."),
  config: file.describe(
    `Configuration file of its training run, of a task among ${Object.keys(modelKinds).join(", ")}.`,
  ),
  walks: z
    .array(sampling)
    .min(1)
    .optional()
    .describe("Samplers and numbers of steps, for a model that samples in steps."),
});

const measure = z.strictObject({
  images: count.min(32).default(480).describe("Images that each model makes, compared with as many real ones."),
  split: z
    .enum(splits)
    .default("held-out")
    .describe(
      'The real images: held-out ones ("held-out"), or new samples from the training distribution ("train"), for data sets that compose images and whose held-out images show other things.',
    ),
  bounds: count.default(32).describe("Real images in the estimate of the likelihood bound."),
  evaluations: count.default(60).describe("Denoising terms to evaluate in a diffusion model's bound."),
  importance: count.default(16).describe("Latents drawn for each image in the importance-weighted bound."),
  timed: count.default(9).describe("Images to time, one by one. The fastest counts."),
  neighbors: count.default(4096).describe("Training images to search for nearest neighbors."),
  seed: z.int().nonnegative().default(0).describe("Seed of the latent vectors of the images."),
});

/** Configuration of `aquatint compare`; files lie relative to it. */
export const comparisonConfig = z.strictObject({
  $schema: z.string().optional().describe("Path or URL of this file's JSON Schema, for editors."),
  title: z.string().min(1).describe("Short description of the data."),
  judge: file.describe('Configuration file of the classifier\'s run, of "task": "classification".'),
  models: z.array(model).min(2).describe("The models to compare."),
  measure: measure.prefault({}).describe("Sample sizes of the measurements."),
});
/** A comparison with its defaults filled in. */
export type ComparisonConfig = z.output<typeof comparisonConfig>;
/** Numbers of images in each measure. */
export type MeasureConfig = ComparisonConfig["measure"];

/** Checks a comparison's configuration. @throws AquatintError "config/invalid" that names the place. */
export function parseComparison(json: unknown, { name }: { readonly name: string }): ComparisonConfig {
  const result = comparisonConfig.safeParse(json);
  if (!result.success) {
    const { path, message } = itemAt(result.error.issues, 0);
    const where = path.length ? `"${path.join(".")}": ` : "";
    throw new AquatintError("config/invalid", `${name}: ${where}${message}`, {
      hint: "docs/comparison.md lists every field with its default",
    });
  }
  const names = result.data.models.map((model) => model.name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return result.data;
  throw new AquatintError("config/invalid", `${name}: "models": two are called "${twice}"`, {
    hint: "give each a name of its own",
  });
}
