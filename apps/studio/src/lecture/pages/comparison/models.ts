import { modelKinds, type OpenedModel, type Sampling } from "@aquatint/lab/compare";
import type { ModelFiles, Runtime } from "aquatint";
import { torchCpu } from "aquatint/math";
import { filesIn } from "../../model/hosted-folder.ts";
import { type FamilyName, families, familyNames, MOST_STEPS } from "./families.ts";

/** The models of the page, ready to make images one by one. */
export type Families = Readonly<Record<FamilyName, OpenedModel>>;

/** What models are opened from. */
export interface FamilyParts {
  /** A folder for each model. */
  readonly files: ModelFiles;
  readonly runtime: Runtime;
}

/** Ways of the diffusion model: a number of DDIM steps, and what was measured besides. */
const walks = [
  ...Array.from({ length: MOST_STEPS }, (_, i) => ({ sampler: "ddim", steps: i + 1 })),
  { sampler: "dpmpp-2m", steps: 8 },
];

async function openFamily(name: FamilyName, { files, runtime }: FamilyParts): Promise<OpenedModel> {
  const kind = modelKinds[families[name].task];
  if (!kind) throw new Error(`the library has no models of the task ${families[name].task}`);
  return kind.open({ files: filesIn(files, name), runtime, chunk: 1, walks });
}

/** Opens every model of the page. */
export async function openFamilies(parts: FamilyParts): Promise<Families> {
  const opened: Partial<Record<FamilyName, OpenedModel>> = {};
  for (const name of familyNames) opened[name] = await openFamily(name, parts);
  return opened as Families;
}

/** A model's way of so many steps; the only one of a model without steps. */
export function wayOf({ walks: ways }: OpenedModel, steps: number): Sampling {
  const way = ways.length === 1 ? ways[0] : ways[steps - 1];
  if (!way) throw new Error(`there is no way of ${steps} steps`);
  return way;
}

/** `count` latent vectors of a model, one after the other, from the draws of a seed. */
export const latents = ({ latentSize }: OpenedModel, { seed, count }: { seed: number; count: number }): Float32Array =>
  torchCpu(seed).randn(count * latentSize);
