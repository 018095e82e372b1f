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

/** What acts on the estimated data between the network and the sampler. */
export type Limit = (denoise: Denoiser) => Denoiser;

/** Leaves the estimate as it is. */
export const unlimited: Limit = (denoise) => denoise;

/** Clips the estimated data to -range .. range and leaves the estimated noise as it is, as diffusers' samplers do. */
export const clipped =
  (denoise: Denoiser, range = 1): Denoiser =>
  async (x, level) => {
    const { x0, eps } = await denoise(x, level);
    return { x0: x0.map((v) => Math.min(Math.max(v, -range), range)), eps };
  };

/** How the estimated data is bounded by its own largest values. */
export interface ThresholdOptions {
  /** Share of elements that stay in bounds, 0 .. 1. */
  readonly quantile?: number;
  /** The bound is at least 1 and at most this. */
  readonly max?: number;
}

/** Dynamic thresholding (Saharia et al. 2022): clips at a quantile of |x0| and scales back; x is one picture. */
export const thresholded =
  (denoise: Denoiser, { quantile = 0.995, max = 1 }: ThresholdOptions = {}): Denoiser =>
  async (x, level) => {
    const { x0, eps } = await denoise(x, level);
    const bound = Math.min(Math.max(quantileOf(x0.map(Math.abs), quantile), 1), max);
    return { x0: x0.map((v) => Math.min(Math.max(v, -bound), bound) / bound), eps };
  };

/** Makes the estimated noise follow from x and the bounded data again. */
export const reconciled =
  (denoise: Denoiser): Denoiser =>
  async (x, level) => {
    const { x0 } = await denoise(x, level);
    return { x0, eps: lin([1 / level.sigma, x], [-level.alpha / level.sigma, x0]) };
  };

/** The quantile as torch has it: linear between neighbours. */
function quantileOf(values: Latent, share: number): number {
  const sorted = values.slice().sort();
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low]! + (at - low) * (sorted[Math.min(low + 1, sorted.length - 1)]! - sorted[low]!);
}
