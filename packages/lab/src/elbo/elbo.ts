import { type Latent, type Level, noised, posterior, variancePreserving } from "aquatint/diffusion";
import { AquatintError, itemAt } from "aquatint/util";
import { bitsPerDimension, discretized, type LogLikelihood, normalKl } from "./likelihood.ts";
import { exactPosteriorMean, type ReverseInterval, type ReverseStep } from "./reverse-process.ts";

/** The three parts of the bound, by their usual names. */
export type ElboPart = "prior matching" | "denoising matching" | "reconstruction";

/** One term of the bound on -ln p(x_0). */
export interface ElboTerm {
  readonly part: ElboPart;
  /** The noisier of its two times: T for prior matching, 1 for reconstruction. */
  readonly t: number;
  /** Bits per dimension: fewer are better. */
  readonly bits: number;
}

/** Input of `elbo`. */
export interface ElboInput {
  /** The walk down, noisiest first, whose last level is clean: every level for the whole bound, fewer for a coarser. */
  readonly levels: readonly Level[];
  readonly reverse: ReverseStep;
  /** An image in -1 .. 1, or a batch of them, over which the bits are averaged. */
  readonly x0: Latent;
  /** Standard normals of x0's size, for every evaluation anew. */
  readonly noise: (level: Level) => Latent;
  /** Log-likelihood of x_0 given x_1: 8-bit images unless told otherwise. */
  readonly logLikelihood?: LogLikelihood;
  /** Which steps are evaluated, by the level they start from; all when absent. */
  readonly visits?: (from: Level) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/** The evidence lower bound, each part in bits per dimension; `total` is the bound on -log2 p(x_0) per dimension. */
export interface Elbo {
  readonly reconstruction: number;
  readonly priorMatching: number;
  /** The sum over t. */
  readonly denoisingMatching: number;
  readonly total: number;
}

/**
 * Yields the terms of the ELBO (Ho et al. 2020, equation 5) from T down: KL(q(x_T | x_0) || p(x_T)), the
 * KL(q(x_t-1 | x_t, x_0) || p(x_t-1 | x_t)), -log p(x_0 | x_1); a draw of x_t each, so their sum is an estimate.
 */
export async function* elbo(input: ElboInput): AsyncGenerator<ElboTerm, void, void> {
  const { levels, reverse, x0, noise, logLikelihood = discretized(), visits = () => true, signal } = input;
  checkWalk(levels);
  yield priorMatching(itemAt(levels, 0), x0);
  for (const move of movesOf(levels)) {
    const { from, to } = move;
    if (!visits(from)) continue;
    signal?.throwIfAborted();
    const x = noised(from, { x0, eps: noise(from) });
    const p = await reverse(x, move);
    if (to.sigma === 0) {
      yield { part: "reconstruction", t: from.t, bits: -bitsPerDimension(logLikelihood(x0, p)) };
      continue;
    }
    const q = { mean: exactPosteriorMean(move, x, x0), logVariance: Math.log(posterior(from, to).variance) };
    yield { part: "denoising matching", t: from.t, bits: bitsPerDimension(normalKl(q, p, x0.length)) };
  }
}

/** KL(q(x_T | x_0) || p(x_T)): what is left of the image at T. */
function priorMatching(level: Level, x0: Latent): ElboTerm {
  const q = { mean: Float64Array.from(x0, (v) => level.alpha * v), logVariance: 2 * Math.log(level.sigma) };
  const p = { mean: 0, logVariance: 2 * Math.log(variancePreserving.scale(level)) };
  return { part: "prior matching", t: level.t, bits: bitsPerDimension(normalKl(q, p, x0.length)) };
}

/** The parts' sums, of all terms of a bound. */
export function elboOf(terms: readonly ElboTerm[]): Elbo {
  const sum = (summand: ElboPart) => terms.reduce((total, { part, bits }) => total + (part === summand ? bits : 0), 0);
  const [reconstruction, priorMatching, denoisingMatching] = [
    sum("reconstruction"),
    sum("prior matching"),
    sum("denoising matching"),
  ];
  const total = reconstruction + priorMatching + denoisingMatching;
  return { reconstruction, priorMatching, denoisingMatching, total };
}

const movesOf = (levels: readonly Level[]): readonly ReverseInterval[] =>
  levels.slice(1).map((to, i) => ({ from: itemAt(levels, i), to, before: levels[i - 1] }));

function checkWalk(levels: readonly Level[]): void {
  if (levels.length >= 2 && itemAt(levels, -1).sigma === 0) return;
  throw new AquatintError("elbo/levels", "the ELBO needs a walk of at least two levels that ends at clean data", {
    hint: "levels({ schedule, steps: schedule.steps }) is the whole walk",
  });
}
