import { torchCpu } from "../math/random.ts";

/** The bounds of a confidence interval. */
export type Interval = readonly [low: number, high: number];

/** The two-sided 95 % quantile of the standard normal. */
const Z = 1.959963984540054;

/** Wilson's 95 % interval (1927) for a share of `hits` among `n` independent trials, n > 0; within 0 .. 1. */
export function wilson(hits: number, n: number): Interval {
  const share = hits / n;
  const middle = (share + (Z * Z) / (2 * n)) / (1 + (Z * Z) / n);
  const half = (Z / (1 + (Z * Z) / n)) * Math.sqrt((share * (1 - share)) / n + (Z * Z) / (4 * n * n));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** How often a bootstrap draws, and from where its random numbers start. */
export interface BootstrapOptions {
  /** Samples that there are. */
  readonly n: number;
  readonly resamples?: number;
  readonly seed?: number;
}

/**
 * The 95 % percentile interval (Efron 1979) of a statistic over samples drawn with replacement, given by their indices.
 * Where a statistic is biased in small sets, as a Fréchet distance is, the interval is about the biased value.
 */
export function bootstrap(
  statistic: (indices: Int32Array) => number,
  { n, resamples = 200, seed = 0 }: BootstrapOptions,
): Interval {
  const random = torchCpu(seed);
  const values = Array.from({ length: resamples }, () => statistic(random.randint(0, n, n))).sort((a, b) => a - b);
  return [quantile(values, 0.025), quantile(values, 0.975)];
}

/** The value below which the given share of sorted numbers lies, interpolated; share in 0 .. 1. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (at - Math.floor(at)) * (high - low);
}
