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
  /** phi1 to the first order in h. */
  readonly linear: number;
  /** Integrals of polynomials: those of u^0, u^1, .., u being 0 at the step's start and 1 at its end. */
  moments(count: number): readonly number[];
  /** Deviation of the fresh noise z. */
  readonly noise: number;
}

/** Which part of the solution is exact: the noise's (data is extrapolated) or the data's, and whether noise is fresh. */
export interface ExponentialIntegrator {
  /** D0, the part of the estimate that is extrapolated. */
  prediction(estimate: Estimate): Latent;
  coefficients(from: Level, to: Level): Coefficients;
  readonly stochastic: boolean;
  /** True where the coefficients hold from pure noise and to clean data. */
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

/** Coefficients whose moments are `scale` times the integrals of h e^(h (u - 1)) u^j over u from 0 to 1. */
function coefficients({ x, noise }: Pick<Coefficients, "x" | "noise">, scale: number, h: number): Coefficients {
  const moments = (count: number) => {
    let moment = -Math.expm1(-h);
    return Array.from({ length: count }, (_, j) => {
      if (j > 0) moment = 1 - (j / h) * moment;
      return scale * moment;
    });
  };
  const [phi1 = 0, phi2 = 0, square = 0] = moments(3);
  return { x, noise, phi1, phi2, phi3: square / 2, linear: scale * h, moments };
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
    const noise = to.sigma * Math.sqrt(1 - r ** (2 * eta));
    return coefficients({ x: (to.sigma / from.sigma) * r ** eta, noise }, to.alpha, -(1 + eta) * Math.log(r));
  },
});

/**
 * DPM-Solver (Lu et al. 2022a): extrapolates the noise; not from pure noise and not to clean data. At eta = 1 it is
 * SDE-DPM-Solver, which extrapolates it twice and adds fresh noise.
 */
const noiseIntegrator = (eta: 0 | 1): ExponentialIntegrator => ({
  prediction: ({ eps }) => eps,
  stochastic: eta > 0,
  reachesEndpoints: false,
  coefficients(from, to) {
    const r = decay(from, to);
    const noise = eta * to.sigma * Math.sqrt(r ** -2 - 1);
    return coefficients({ x: to.alpha / from.alpha, noise }, (1 + eta) * to.sigma, Math.log(r));
  },
});

/** The integrators by the names of diffusers' `algorithm_type`; `eta` 0 .. 1 is the share of noise that is fresh. */
export const integrators = {
  "dpmsolver++": () => dataIntegrator(0),
  dpmsolver: () => noiseIntegrator(0),
  "sde-dpmsolver++": (eta: number) => dataIntegrator(eta),
  "sde-dpmsolver": () => noiseIntegrator(1),
} as const satisfies Readonly<Record<string, (eta: number) => ExponentialIntegrator>>;

/** The name of an integrator. */
export type Algorithm = keyof typeof integrators;
