import { AquatintError } from "../../errors.ts";

/** A noise level: x = alpha x0 + sigma eps, at the public time t in 0 .. T (0 is clean data, T is noise). */
export interface Level {
  readonly t: number;
  readonly alpha: number;
  readonly sigma: number;
}

/** Growth of noise with the time t in 0 .. T; t need not be an integer. */
export interface Schedule {
  readonly name: string;
  /** T. */
  readonly steps: number;
  /** Share of the signal's variance at t: decreasing from alphaBar(0) = 1. */
  alphaBar(t: number): number;
  level(t: number): Level;
  /** The number that a published network is told at t: the index t - 1 of a discrete schedule. */
  timestep(t: number): number;
}

/** Data without noise. */
export const cleanLevel: Level = { t: 0, alpha: 1, sigma: 0 };

/** alpha^2 / sigma^2: infinite for clean data, 0 for pure noise. */
export const snr = ({ alpha, sigma }: Level): number => (alpha / sigma) ** 2;

/** Natural logarithm of the signal-to-noise ratio: +-Infinity at the ends. */
export const logSnr = ({ alpha, sigma }: Level): number => 2 * Math.log(alpha / sigma);

/** The variance-preserving level at t: alpha = sqrt(alphaBar), sigma = sqrt(1 - alphaBar). */
export const levelOfAlphaBar = (t: number, alphaBar: number): Level => ({
  t,
  alpha: Math.sqrt(alphaBar),
  sigma: Math.sqrt(1 - alphaBar),
});

/** Returns t where it lies in 0 .. steps, and throws elsewhere. */
export function checkedTime(t: number, { name, steps }: Pick<Schedule, "name" | "steps">): number {
  if (t >= 0 && t <= steps) return t;
  throw new AquatintError("schedule/time", `the schedule "${name}" runs over t = 0 .. ${steps}, got ${t}`);
}
