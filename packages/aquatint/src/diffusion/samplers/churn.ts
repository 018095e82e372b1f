import { noiseRatio } from "../process/coordinates.ts";
import { addNoise } from "../process/forward.ts";
import { type Latent, lin } from "../process/latent.ts";
import type { Level } from "../process/level.ts";
import type { Interval, SamplerInput } from "./loop.ts";

/** Noise that is added before a step and removed by it (Karras et al. 2022, algorithm 2). */
export interface ChurnOptions {
  /** S_churn, in units of the whole walk: each of n steps adds churn / n of its noise, at most sqrt(2) - 1 of it. */
  readonly churn?: number | undefined;
  /** S_min and S_max: the noise ratios sigma / alpha between which it is added, both included. */
  readonly churnMin?: number | undefined;
  readonly churnMax?: number | undefined;
  /** S_noise: what the added noise is multiplied by. */
  readonly churnNoise?: number | undefined;
}

/** x and its level before a step, with the noise that the step is to remove beyond its own. */
export function churned(
  { levelAt, noise }: SamplerInput,
  { from, n }: Interval,
  x: Latent,
  { churn = 0, churnMin = 0, churnMax = Number.POSITIVE_INFINITY, churnNoise = 1 }: ChurnOptions,
): { readonly from: Level; readonly x: Latent } {
  const ratio = noiseRatio(from);
  const share = ratio >= churnMin && ratio <= churnMax ? Math.min(churn / n, Math.SQRT2 - 1) : 0;
  if (share === 0 || from.alpha === 0) return { from, x };
  const noisier = levelAt.ratio(ratio * (1 + share));
  return { from: noisier, x: addNoise(from, noisier, x, lin([churnNoise, noise(from, noisier)])) };
}
