import {
  channelHalves,
  type Denoiser,
  type Estimate,
  estimate,
  type Latent,
  type Level,
  posterior,
  singleStep,
  type Target,
  transition,
} from "aquatint/diffusion";
import { AquatintError, itemAt } from "aquatint/util";
import type { Normals } from "./likelihood.ts";

/** One step of the reverse process, from a level to a cleaner one. */
export interface ReverseInterval {
  readonly from: Level;
  readonly to: Level;
  /** The level before `from` on the way down, where there is one. */
  readonly before?: Level | undefined;
}

/** The learned reverse process p(x_to | x_from): one normal an element. */
export type ReverseStep = (x: Latent, move: ReverseInterval) => Promise<Normals>;

/** ln of the two bounds of a reverse step's variance (Ho et al. 2020, section 3.2). */
export interface VarianceBounds {
  /** The posterior's, right for data that is one point; in the last step, where it is 0, that of the step before. */
  readonly small: number;
  /** The forward step's (beta), right for data that is noise. */
  readonly large: number;
}

/** The bounds between which the best variance of a step lies. */
export function varianceBounds({ from, to, before }: ReverseInterval): VarianceBounds {
  const large = transition(to, from).variance;
  const last = before === undefined ? large : posterior(before, from).variance;
  return { small: Math.log(posterior(from, to).variance || last), large: Math.log(large) };
}

/**
 * ln of the variance of a step whose network says nothing of it, after improved-diffusion, whose `large` is the forward
 * step's but for the last; `forward` is the forward step's throughout, which fits where the last step is a long one.
 */
export const fixedVariances = {
  small: (move: ReverseInterval): number => varianceBounds(move).small,
  large: (move: ReverseInterval): number => {
    const { small, large } = varianceBounds(move);
    return move.to.sigma === 0 ? small : large;
  },
  forward: (move: ReverseInterval): number => varianceBounds(move).large,
} as const;

/** The mean of q(x_to | x_from, x_0) in double precision. */
export function exactPosteriorMean({ from, to }: ReverseInterval, x: Latent, x0: Latent): Float64Array {
  const q = posterior(from, to);
  return Float64Array.from(x, (value, i) => q.x * value + q.x0 * itemAt(x0, i));
}

/** Options of a step's variance where the network predicts none. */
export interface ReverseOptions {
  readonly variance?: keyof typeof fixedVariances;
}

/** The reverse process of a denoiser: q(x_to | x_from, x_0 := its estimate), with a fixed variance. */
export const reverseStep =
  (denoise: Denoiser, { variance = "small" }: ReverseOptions = {}): ReverseStep =>
  async (x, move) => {
    const { x0 } = await denoise(x, move.from, singleStep);
    return { mean: exactPosteriorMean(move, x, x0), logVariance: fixedVariances[variance](move) };
  };

/**
 * Meaning of a network's second half of outputs: ln of the variance itself, or a place v in -1 .. 1 between its bounds
 * (Nichol and Dhariwal 2021, equation 15).
 */
export const learnedVariances = {
  learned: (v: Latent): Float64Array => Float64Array.from(v),
  learned_range: (v: Latent, move: ReverseInterval): Float64Array => {
    const { small, large } = varianceBounds(move);
    return Float64Array.from(v, (position) => small + ((position + 1) / 2) * (large - small));
  },
} as const;

/** Options of a network with learned variances, and the bound of its estimate. */
export interface LearnedReverseOptions {
  readonly target: Target;
  readonly variance?: keyof typeof learnedVariances;
  /** Images in x: the network's output is [images, 2 c, h, w]. */
  readonly images?: number;
  /** Bounds the estimated data; not at all when absent. */
  readonly limit?: (x0: Latent) => Latent;
}

/** The reverse process of a network that outputs its target and, in as many channels again, its variance. */
export const learnedReverseStep =
  (network: (x: Latent, level: Level) => Promise<Latent>, options: LearnedReverseOptions): ReverseStep =>
  async (x, move) => {
    const { target, variance = "learned_range", images = 1, limit = (x0) => x0 } = options;
    const [output, v] = halves(await network(x, move.from), { x, images });
    const { x0 }: Estimate = estimate(target, move.from, x, output);
    return { mean: exactPosteriorMean(move, x, limit(x0)), logVariance: learnedVariances[variance](v, move) };
  };

function halves(
  output: Latent,
  { x, images }: { readonly x: Latent; readonly images: number },
): readonly [Latent, Latent] {
  if (output.length === 2 * x.length) return channelHalves(output, images);
  const problem = `a network with learned variances gave ${output.length} numbers for ${x.length}`;
  throw new AquatintError("shape/mismatch", `${problem}, expected ${2 * x.length}`, {
    hint: "its output has twice the channels of its input",
  });
}
