import { type Latent, lin } from "../../diffusion/process/latent.ts";
import type { Projection } from "../../diffusion/scheduler.ts";
import type { TextToImagePlan } from "./plan.ts";

/** A plan without its prompts. */
export type Canvas = Omit<TextToImagePlan, "prompt" | "negative" | "conditioning" | "hiresFix">;

/** The start of one image. */
export interface InitialLatent {
  readonly x: Latent;
  readonly project?: Projection;
  readonly inpaintingChannels?: readonly Latent[];
}

/** Standard normals as the noise that a walk begins with. */
export const scaledNoise = ({ scheduler, steps }: Canvas, eps: Latent): Latent =>
  lin([scheduler.initialNoiseScale(scheduler.path(steps)), eps]);
