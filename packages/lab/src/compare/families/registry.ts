import type { FamilyKind } from "../family.ts";
import { diffusionFamily } from "./diffusion.ts";
import { distilledFamily } from "./distilled.ts";
import { ganFamily } from "./gan.ts";
import { vaeFamily } from "./vae.ts";

/** Every kind of model that can be compared, by the `task` of its training configuration. */
export const families: Readonly<Record<string, FamilyKind>> = {
  vae: vaeFamily,
  gan: ganFamily,
  denoising: diffusionFamily,
  distillation: distilledFamily,
};
