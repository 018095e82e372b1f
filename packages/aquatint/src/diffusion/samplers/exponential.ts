import type { Latent } from "../process/latent.ts";
import type { Level } from "../process/level.ts";
import { logSnr } from "../process/level.ts";
import type { Estimate } from "../process/prediction.ts";

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
  /** Whether the coefficients hold from pure noise and to clean data. */
  readonly reachesEdges: boolean;
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

/**
 * DPM-Solver++ (Lu et al. 2022b): extrapolates the data. At eta = 1 it is SDE-DPM-Solver++, over twice the step with the
 * rest of the variance fresh; at 0 nothing is fresh.
 */
export const dataIntegrand = (eta: number): Integrand => ({
  believed: ({ x0 }) => x0,
  stochastic: eta > 0,
  reachesEdges: eta > 0,
  coefficients(from, to) {
    const r = decay(from, to);
    const lost = r ** (1 + eta);
    const [second, third] = remainders(lost);
    const a = to.alpha;
    const noise = to.sigma * Math.sqrt(1 - r ** (2 * eta));
    return {
      x: (to.sigma / from.sigma) * r ** eta,
      first: a * (1 - lost),
      second: a * second,
      third: a * third,
      noise,
    };
  },
});

/** DPM-Solver (Lu et al. 2022a): extrapolates the noise; not from pure noise and not to clean data. */
const noise: Integrand = {
  believed: ({ eps }) => eps,
  stochastic: false,
  reachesEdges: false,
  coefficients(from, to) {
    const growth = 1 / decay(from, to);
    const h = Math.log(growth);
    const s = -to.sigma;
    const [first, second] = [growth - 1, (growth - 1) / h - 1];
    const third = (growth - 1 - h) / h ** 2 - 0.5;
    return { x: to.alpha / from.alpha, first: s * first, second: s * second, third: s * third, noise: 0 };
  },
};

/** SDE-DPM-Solver: extrapolates the noise, twice, and adds fresh noise. */
const noiseSde: Integrand = {
  believed: ({ eps }) => eps,
  stochastic: true,
  reachesEdges: false,
  coefficients(from, to) {
    const { x, first, second, third } = noise.coefficients(from, to);
    const growth = 1 / decay(from, to);
    const fresh = to.sigma * Math.sqrt(growth * growth - 1);
    return { x, first: 2 * first, second: 2 * second, third: 2 * third, noise: fresh };
  },
};

/** The integrands by the names of diffusers' `algorithm_type`; `eta` 0 .. 1 is the share of noise that is fresh. */
export const integrands = {
  "dpmsolver++": () => dataIntegrand(0),
  dpmsolver: () => noise,
  "sde-dpmsolver++": (eta: number) => dataIntegrand(eta),
  "sde-dpmsolver": () => noiseSde,
} as const satisfies Readonly<Record<string, (eta: number) => Integrand>>;

/** The name of an integrand. */
export type Algorithm = keyof typeof integrands;
