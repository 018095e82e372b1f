import type { Denoiser, Network } from "./denoiser.ts";
import { type Latent, lin } from "./latent.ts";

/** Classifier-free guidance (Ho and Salimans 2022): unconditional + scale (conditional - unconditional). */
export const guide = (unconditional: Latent, conditional: Latent, scale: number): Latent =>
  lin([1 - scale, unconditional], [scale, conditional]);

/** A network pushed away from another's output; at scale 1 only the conditional one is evaluated. */
export function guided(conditional: Network, unconditional: Network, scale: number): Network {
  if (scale === 1) return conditional;
  return async (x, level) => guide(await unconditional(x, level), await conditional(x, level), scale);
}

/** Clips the estimated data to -range .. range and leaves the estimated noise as it is, as diffusers' samplers do. */
export const clipped =
  (denoise: Denoiser, range = 1): Denoiser =>
  async (x, level) => {
    const { x0, eps } = await denoise(x, level);
    return { x0: x0.map((v) => Math.min(Math.max(v, -range), range)), eps };
  };
