import type { ModelKind } from "../model-kind.ts";
import { diffusionKind } from "./diffusion.ts";
import { distilledKind } from "./distilled.ts";
import { ganKind } from "./gan.ts";
import { vaeKind } from "./vae.ts";

/** Every kind of model that can be compared, by the `task` of its training configuration. */
export const modelKinds: Readonly<Record<string, ModelKind>> = {
  vae: vaeKind,
  gan: ganKind,
  denoising: diffusionKind,
  distillation: distilledKind,
};
