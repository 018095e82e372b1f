import { noiseRatio } from "../../process/coordinates.ts";
import { addNoise } from "../../process/forward.ts";
import { type Latent, lin } from "../../process/latent.ts";
import type { Level } from "../../process/level.ts";
import type { Interval, SamplerInput } from "../loop.ts";
import { numberFrom, type OptionValues } from "../options.ts";

/** Noise that is added before a step and removed by it (Karras et al. 2022, algorithm 2). */
export const churnOptions = {
  churn: numberFrom(0, "S_churn: each of n steps adds churn / n of its noise, at most sqrt(2) - 1 of it.", 0),
  churnMin: numberFrom(0, "S_min: the least noise ratio sigma / alpha at which noise is added.", 0),
  churnMax: numberFrom(0, "S_max: the largest noise ratio at which noise is added.", Number.POSITIVE_INFINITY),
  churnNoise: numberFrom(0, "S_noise: the factor of the added noise.", 1),
};

/** x and its level before a step, with the noise that the step is to remove beyond its own. */
export function addChurn(
  { levelAt, noise }: SamplerInput,
  { from, n }: Interval,
  x: Latent,
  { churn, churnMin, churnMax, churnNoise }: OptionValues<typeof churnOptions>,
): { readonly from: Level; readonly x: Latent } {
  const ratio = noiseRatio(from);
  const gamma = ratio >= churnMin && ratio <= churnMax ? Math.min(churn / n, Math.SQRT2 - 1) : 0;
  if (gamma === 0 || from.alpha === 0) return { from, x };
  const noisier = levelAt.ratio(ratio * (1 + gamma));
  return { from: noisier, x: addNoise(from, noisier, x, lin([churnNoise, noise(from, noisier)])) };
}
