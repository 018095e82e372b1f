import { levels, posterior, type Schedule, scheduleFromAlphaBar } from "aquatint/diffusion";
import { squaredDistance, torchCpu } from "aquatint/math";
import { itemAt } from "aquatint/util";
import {
  type ElboTerm,
  elbo,
  elboOf,
  normalLogDensity,
  type ReverseStep,
  reverseStep,
  varianceBounds,
} from "../elbo/index.ts";
import { toyMixture } from "./toy.ts";

const bits = (nats: number): number => nats / Math.LN2;

/** A bound on the toy mixture's likelihood, in bits per dimension. */
export interface BoundPoint {
  readonly steps: number;
  readonly variance: "small" | "forward";
  readonly bits: number;
}

/** The bound for some T beside the likelihood itself, of the same points. */
export interface BoundComparison {
  readonly exact: number;
  readonly bounds: readonly BoundPoint[];
}

/** A schedule whose log-SNR falls evenly from 9 to -9, so that every step removes the same share of the noise. */
const even = (steps: number): Schedule =>
  scheduleFromAlphaBar((u) => (u === 0 ? 1 : 1 / (1 + Math.exp(18 * (u - 1 / steps) - 9))), { steps, name: "even" });

/** Normals brought to mean 0 and variance 1 exactly, so that a mean over few draws is as good as one over many. */
function matched<T extends Float32Array | Float64Array>(normals: T): T {
  const n = normals.length;
  let [sum, squares] = [0, 0];
  for (const v of normals) [sum, squares] = [sum + v, squares + v * v];
  const [mean, deviation] = [sum / n, Math.sqrt(squares / n - (sum / n) ** 2)];
  for (let i = 0; i < n; i++) normals[i] = (itemAt(normals, i) - mean) / deviation;
  return normals;
}

/** The ELBO of draws from the toy mixture with the perfect denoiser: only the shape of the reverse steps is wrong. */
export async function boundsOfToy(
  stepCounts: readonly number[] = [10, 20, 50, 100, 200],
  { draws = 400 } = {},
): Promise<BoundComparison> {
  const x0 = Float32Array.from(toyMixture.sample(torchCpu(11), draws));
  const exact = -bits(toyMixture.logDensity(x0).reduce((a, b) => a + b, 0)) / x0.length;
  const forward = reverseStep(toyMixture.denoise, { variance: "forward" });
  const small = reverseStep(toyMixture.denoise);
  const reverses: Readonly<Record<BoundPoint["variance"], ReverseStep>> = {
    small: (x, move) => (move.to.sigma === 0 ? forward : small)(x, move),
    forward,
  };
  const bounds: BoundPoint[] = [];
  for (const steps of stepCounts) {
    for (const variance of ["small", "forward"] as const) {
      const stream = torchCpu(12);
      const path = levels({ schedule: even(steps), steps });
      const terms: ElboTerm[] = [];
      const input = { levels: path, reverse: reverses[variance], logLikelihood: normalLogDensity };
      for await (const term of elbo({ ...input, x0, noise: () => matched(stream.randn(x0.length)) })) terms.push(term);
      bounds.push({ steps, variance, bits: elboOf(terms).total });
    }
  }
  return { exact, bounds };
}

/** The variance of one reverse step at t, as a share of the forward step's, which is its upper bound. */
export interface VariancePoint {
  readonly t: number;
  /** The posterior's, the lower bound. */
  readonly small: number;
  /** The true one of the toy mixture, on average over x_t. */
  readonly exact: number;
}

/** True variance of x_{t-1} given x_t between its bounds, at times from 2 to T. */
export function variancesOfToy(schedule: Schedule, { points = 40, draws = 1500 } = {}): readonly VariancePoint[] {
  const times = Array.from({ length: points }, (_, i) => Math.round(2 * (schedule.steps / 2) ** (i / (points - 1))));
  return [...new Set(times)].map((t) => {
    const [from, to, before] = [schedule.level(t), schedule.level(t - 1), undefined];
    const stream = torchCpu(t);
    const x0 = toyMixture.sample(stream, draws);
    const eps = matched(stream.randn64(x0.length));
    const x = x0.map((v, i) => from.alpha * v + from.sigma * itemAt(eps, i));
    const estimate = toyMixture.estimate(x, from).x0;
    const uncertain = squaredDistance(x0, estimate) / x0.length;
    const q = posterior(from, to);
    const large = Math.exp(varianceBounds({ from, to, before }).large);
    return { t, small: q.variance / large, exact: (q.variance + q.x0 ** 2 * uncertain) / large };
  });
}
