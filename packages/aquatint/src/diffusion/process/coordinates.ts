import { type Latent, lin } from "./latent.ts";
import type { Level } from "./level.ts";
import type { Estimate } from "./prediction.ts";

/** A way to write levels: those of one signal-to-noise ratio differ by a factor, which the coordinates fix. */
export interface Coordinates {
  /** Divisor of alpha, sigma and x; 0 where the coordinates are infinite. */
  scale(level: Level): number;
}

/** Coordinates in which a method draws straight lines: x / scale against sigma / scale. */
export interface StraightCoordinates extends Coordinates {
  /** Change of x / scale for a change of sigma / scale. */
  slope(estimate: Estimate): Latent;
}

/** Variance-preserving coordinates: alpha^2 + sigma^2 = 1. */
export const variancePreserving: Coordinates = { scale: ({ alpha, sigma }) => Math.hypot(alpha, sigma) };

/** Variance-exploding coordinates (Karras et al. 2022), the usual ones of Stable Diffusion: alpha = 1. */
export const varianceExploding: StraightCoordinates = { scale: ({ alpha }) => alpha, slope: ({ eps }) => eps };

/** Flow matching's coordinates, finite also where nothing of the data is left: alpha + sigma = 1. */
export const flowMatching: StraightCoordinates = {
  scale: ({ alpha, sigma }) => alpha + sigma,
  slope: ({ x0, eps }) => lin([1, eps], [-1, x0]),
};

/** Coordinates in which data of standard deviation `sigmaData` keeps x at unit variance (Karras et al. 2022). */
export const edmCoordinates = (sigmaData: number): Coordinates => ({
  scale: ({ alpha, sigma }) => Math.hypot(alpha * sigmaData, sigma),
});

/** The same level, written in `coordinates`. */
export function toCoordinates({ scale }: Coordinates, level: Level): Level {
  const k = scale(level);
  return { t: level.t, alpha: level.alpha / k, sigma: level.sigma / k };
}

/** sigma / alpha: the noise level in variance-exploding coordinates, 0 for clean data, infinite for pure noise. */
export const noiseRatio = ({ alpha, sigma }: Level): number => sigma / alpha;

/** The variance-preserving level whose noise-to-signal ratio is `ratio`. */
export const levelOfRatio = (t: number, ratio: number): Level =>
  toCoordinates(variancePreserving, Number.isFinite(ratio) ? { t, alpha: 1, sigma: ratio } : { t, alpha: 0, sigma: 1 });
