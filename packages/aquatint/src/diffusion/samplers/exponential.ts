import type { Latent } from "../latent.ts";
import type { Level } from "../level.ts";
import { logSnr } from "../level.ts";
import type { Estimate } from "../prediction.ts";

/**
 * One step of an exponential integrator over h, the step in half the log-SNR:
 * x' = x x + first m + second m' + third m'' + noise z, where m is what is believed, m' = h dm and m'' = h^2 d2m.
 */
export interface Coefficients {
  readonly x: number;
  readonly first: number;
  readonly second: number;
  readonly third: number;
  /** Deviation of fresh noise. */
  readonly noise: number;
}

/** Which part of the solution is exact: the noise's (data is extrapolated), the data's, and whether noise is fresh. */
export interface Integrand {
  /** The part of the estimate that is extrapolated. */
  believed(estimate: Estimate): Latent;
  coefficients(from: Level, to: Level): Coefficients;
  readonly stochastic: boolean;
}

/** Half the log-SNR, in which the solvers measure their steps. */
export const lambda = (level: Level): number => logSnr(level) / 2;

/** e^-h between two levels, exact where h is infinite. */
const decay = (from: Level, to: Level): number => (from.alpha * to.sigma) / (to.alpha * from.sigma);

/** (1 - e^-h) / h and what is left of it after one more order; both exact where h is infinite. */
const remainders = (r: number): readonly [second: number, third: number] => {
  const h = -Math.log(r);
  if (h === Number.POSITIVE_INFINITY) return [1, 0.5];
  return [1 - (1 - r) / h, 0.5 - (r - 1 + h) / h ** 2];
};

/** DPM-Solver++ (Lu et al. 2022b): extrapolates the data. */
const data: Integrand = {
  believed: ({ x0 }) => x0,
  stochastic: false,
  coefficients(from, to) {
    const r = decay(from, to);
    const [second, third] = remainders(r);
    const a = to.alpha;
    return { x: to.sigma / from.sigma, first: a * (1 - r), second: a * second, third: a * third, noise: 0 };
  },
};

/** DPM-Solver (Lu et al. 2022a): extrapolates the noise; not from pure noise and not to clean data. */
const noise: Integrand = {
  believed: ({ eps }) => eps,
  stochastic: false,
  coefficients(from, to) {
    const growth = 1 / decay(from, to);
    const h = Math.log(growth);
    const s = -to.sigma;
    const [first, second] = [growth - 1, (growth - 1) / h - 1];
    const third = (growth - 1 - h) / h ** 2 - 0.5;
    return { x: to.alpha / from.alpha, first: s * first, second: s * second, third: s * third, noise: 0 };
  },
};

/** SDE-DPM-Solver++: the data's part over twice the step, the rest of the variance fresh. */
const dataSde: Integrand = {
  believed: ({ x0 }) => x0,
  stochastic: true,
  coefficients(from, to) {
    const r = decay(from, to);
    const [second, third] = remainders(r * r);
    const a = to.alpha;
    return {
      x: (to.sigma / from.sigma) * r,
      first: a * (1 - r * r),
      second: a * second,
      third: a * third,
      noise: to.sigma * Math.sqrt(1 - r * r),
    };
  },
};

/** SDE-DPM-Solver: extrapolates the noise, twice, and adds fresh noise. */
const noiseSde: Integrand = {
  believed: ({ eps }) => eps,
  stochastic: true,
  coefficients(from, to) {
    const { x, first, second, third } = noise.coefficients(from, to);
    const growth = 1 / decay(from, to);
    const fresh = to.sigma * Math.sqrt(growth * growth - 1);
    return { x, first: 2 * first, second: 2 * second, third: 2 * third, noise: fresh };
  },
};

/** The integrands by the names of diffusers' `algorithm_type`. */
export const integrands = {
  "dpmsolver++": data,
  dpmsolver: noise,
  "sde-dpmsolver++": dataSde,
  "sde-dpmsolver": noiseSde,
} as const satisfies Readonly<Record<string, Integrand>>;

/** The name of an integrand. */
export type Algorithm = keyof typeof integrands;
