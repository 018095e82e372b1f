import { type Latent, lin } from "../../process/latent.ts";
import type { Level } from "../../process/level.ts";
import { posterior } from "../../process/posterior.ts";
import type { Estimate } from "../../process/prediction.ts";
import { evaluateOnce, type Interval, type Sampler, type SamplerInput } from "../loop.ts";
import { share } from "../options.ts";

/** The option of samplers whose noise is fresh in part. */
export const etaOption = (standard: number) => ({
  eta: share("The share of ancestral noise that is fresh: 0 follows the probability flow.", standard),
});

/** Deviation of the fresh noise of a step whose noise is ancestral in a share `eta` (Song et al. 2021, equation 16). */
export const ancestralDeviation = (from: Level, to: Level, eta: number): number =>
  eta * Math.sqrt(posterior(from, to).variance);

/** x with fresh noise of a deviation; x itself, and no draw of noise, where it is 0. */
export const addFreshNoise = (
  { noise }: Pick<SamplerInput, "noise">,
  { from, to }: Pick<Interval, "from" | "to">,
  x: Latent,
  deviation: number,
): Latent => (deviation > 0 ? lin([1, x], [deviation, noise(from, to)]) : x);

/** Keeps x0 and a part of the estimated noise and draws the rest afresh; `noiseOf` says which noise is kept. */
export const ancestral = (
  deviationOf: (from: Level, to: Level) => number,
  noiseOf: (estimate: Estimate) => Latent = ({ eps }) => eps,
): Sampler =>
  evaluateOnce((input) => (_, estimate, interval) => {
    const { from, to } = interval;
    const deviation = deviationOf(from, to);
    const rest = Math.sqrt(Math.max(to.sigma ** 2 - deviation ** 2, 0));
    const mean = lin([to.alpha, estimate.x0], [rest, noiseOf(estimate)]);
    return addFreshNoise(input, interval, mean, deviation);
  });
