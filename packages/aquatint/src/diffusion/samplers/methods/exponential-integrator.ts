import type { Latent } from "../../process/latent.ts";
import { type Level, logSnr } from "../../process/level.ts";
import type { Estimate } from "../../process/prediction.ts";

/**
 * One step of an exponential integrator over h = lambda(to) - lambda(from), in the letters of Lu et al. 2022:
 * x' = x x + phi1 D0 + phi2 D1 + phi3 D2 + noise z, where D0 is the prediction, D1 = h D0' and D2 = h^2 D0''.
 */
export interface Coefficients {
  readonly x: number;
  readonly phi1: number;
  readonly phi2: number;
  readonly phi3: number;
  /** Deviation of the fresh noise z. */
  readonly noise: number;
}

/** Which part of the solution is exact: the noise's (data is extrapolated) or the data's, and whether noise is fresh. */
export interface ExponentialIntegrator {
  /** D0, the part of the estimate that is extrapolated. */
  prediction(estimate: Estimate): Latent;
  coefficients(from: Level, to: Level): Coefficients;
  readonly stochastic: boolean;
  /** Whether the coefficients hold from pure noise and to clean data. */
  readonly reachesEndpoints: boolean;
}

/** A prediction at a level that a method remembers. */
export interface PastEstimate {
  readonly level: Level;
  readonly m: Latent;
}

/** Half the log-SNR, in which the solvers measure their steps. */
export const lambda = (level: Level): number => logSnr(level) / 2;

/** e^-h between two levels, exact where h is infinite. */
const decay = (from: Level, to: Level): number => (from.alpha * to.sigma) / (to.alpha * from.sigma);

/** Of the data for e^-h = r, over alpha: phi2 = 1 - (1 - r) / h and phi3 = 1 / 2 - (r - 1 + h) / h^2; exact at h infinite. */
function dataPhis(r: number): readonly [phi2: number, phi3: number] {
  const h = -Math.log(r);
  if (h === Number.POSITIVE_INFINITY) return [1, 0.5];
  return [1 - (1 - r) / h, 0.5 - (r - 1 + h) / h ** 2];
}

/**
 * DPM-Solver++ (Lu et al. 2022b): extrapolates the data. At eta = 1 it is SDE-DPM-Solver++, over twice the step with the
 * rest of the variance fresh; at 0 nothing is fresh.
 */
export const dataIntegrator = (eta: number): ExponentialIntegrator => ({
  prediction: ({ x0 }) => x0,
  stochastic: eta > 0,
  reachesEndpoints: eta > 0,
  coefficients(from, to) {
    const r = decay(from, to);
    const rEta = r ** (1 + eta);
    const [phi2, phi3] = dataPhis(rEta);
    const { alpha } = to;
    const noise = to.sigma * Math.sqrt(1 - r ** (2 * eta));
    return {
      x: (to.sigma / from.sigma) * r ** eta,
      phi1: alpha * (1 - rEta),
      phi2: alpha * phi2,
      phi3: alpha * phi3,
      noise,
    };
  },
});

/** DPM-Solver (Lu et al. 2022a): extrapolates the noise; not from pure noise and not to clean data. */
const noiseIntegrator: ExponentialIntegrator = {
  prediction: ({ eps }) => eps,
  stochastic: false,
  reachesEndpoints: false,
  coefficients(from, to) {
    const growth = 1 / decay(from, to);
    const h = Math.log(growth);
    const s = -to.sigma;
    const [phi1, phi2] = [growth - 1, (growth - 1) / h - 1];
    const phi3 = (growth - 1 - h) / h ** 2 - 0.5;
    return { x: to.alpha / from.alpha, phi1: s * phi1, phi2: s * phi2, phi3: s * phi3, noise: 0 };
  },
};

/** SDE-DPM-Solver: extrapolates the noise, twice, and adds fresh noise. */
const noiseSdeIntegrator: ExponentialIntegrator = {
  prediction: ({ eps }) => eps,
  stochastic: true,
  reachesEndpoints: false,
  coefficients(from, to) {
    const { x, phi1, phi2, phi3 } = noiseIntegrator.coefficients(from, to);
    const growth = 1 / decay(from, to);
    const noise = to.sigma * Math.sqrt(growth * growth - 1);
    return { x, phi1: 2 * phi1, phi2: 2 * phi2, phi3: 2 * phi3, noise };
  },
};

/** The integrators by the names of diffusers' `algorithm_type`; `eta` 0 .. 1 is the share of noise that is fresh. */
export const integrators = {
  "dpmsolver++": () => dataIntegrator(0),
  dpmsolver: () => noiseIntegrator,
  "sde-dpmsolver++": (eta: number) => dataIntegrator(eta),
  "sde-dpmsolver": () => noiseSdeIntegrator,
} as const satisfies Readonly<Record<string, (eta: number) => ExponentialIntegrator>>;

/** The name of an integrator. */
export type Algorithm = keyof typeof integrators;
