import {
  type Denoiser,
  type Latent,
  type Level,
  noised,
  type Schedule,
  singleStep,
  timeOfRatio,
} from "aquatint/diffusion";
import { psnr } from "aquatint/formats";
import { type Seed, torchCpu } from "aquatint/math";

/** An image noised and denoised in one evaluation. */
export interface OneShot {
  /** The time of the noise level on the model's schedule; the nearer end where it has none as strong or as weak. */
  readonly t: number;
  /** x0 + sigma eps. */
  readonly x: Latent;
  /** The estimate of x0. */
  readonly x0: Latent;
  /** In decibels, of the images as they are shown. */
  readonly psnr: { readonly before: number; readonly after: number };
}

/** Input of one denoising step, and how strongly it is noised. */
export interface OneShotInput {
  /** [3, h, w] in -1 .. 1. */
  readonly x0: Latent;
  /** Sigma of the variance-exploding form x = x0 + sigma eps. */
  readonly sigma: number;
  readonly seed: Seed;
  /** The schedule that the model was trained on. */
  readonly schedule: Schedule;
}

/** Denoises an image in one shot. */
export async function denoisedOnce(denoise: Denoiser, { x0, sigma, seed, schedule }: OneShotInput): Promise<OneShot> {
  const level: Level = { t: timeOfRatio(schedule, sigma), alpha: 1, sigma };
  const x = noised(level, { x0, eps: torchCpu(seed).randn(x0.length) });
  const { x0: estimate } = await denoise(x, level, singleStep);
  return { t: level.t, x, x0: estimate, psnr: { before: psnr(x, x0), after: psnr(estimate, x0) } };
}
