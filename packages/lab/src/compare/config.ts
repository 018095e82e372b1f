import { splits } from "aquatint/data";
import { AquatintError, itemAt } from "aquatint/util";
import { z } from "zod";
import { modelKinds } from "./kinds/registry.ts";

const count = z.int().positive();
const file = z.string().min(1);

const sampling = z.strictObject({
  sampler: file.default("ddim").describe("A sampler's name; one that adds no noise, so that vectors fix images."),
  steps: count.describe("Steps of the sampler."),
});

const model = z.strictObject({
  name: z.string().min(1).describe("What the report calls it."),
  config: file.describe(`Configuration of its training run, of a task ${Object.keys(modelKinds).join(", ")}.`),
  walks: z.array(sampling).min(1).optional().describe("Of a model that takes steps: how many, by which samplers."),
});

const measure = z.strictObject({
  images: count.min(32).default(480).describe("Images that each model makes, and real ones beside them."),
  split: z
    .enum(splits)
    .default("held-out")
    .describe(
      'The real images: held-out ones, or new draws of what training draws from ("train"), for data that is made as it is drawn and whose held-out images show other things.',
    ),
  bounds: count.default(32).describe("Real images whose likelihood is bounded."),
  evaluations: count.default(60).describe("Denoising terms of a diffusion bound that are evaluated."),
  importance: count.default(16).describe("Draws of a latent for the importance-weighted bound."),
  timed: count.default(9).describe("Single images that are timed; the fastest counts, since others use the machine."),
  neighbors: count.default(4096).describe("Training images that nearest neighbors are looked for in."),
  seed: z.int().nonnegative().default(0).describe("Of the vectors that images are made of."),
});

/** Configuration of `aquatint compare`; files lie relative to it. */
export const comparisonConfig = z.strictObject({
  $schema: z.string().optional().describe("Where editors find the schema of this file."),
  title: z.string().min(1).describe("The data, in a few words."),
  judge: file.describe('Configuration of the classifier\'s run, of "task": "classification".'),
  models: z.array(model).min(2).describe("What is compared."),
  measure: measure.prefault({}).describe("How much is measured."),
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
