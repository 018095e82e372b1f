import { torchCpu } from "aquatint/math";
import { itemAt } from "aquatint/util";

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

/** Draws and seed of a bootstrap. */
export interface BootstrapOptions {
  /** Samples that there are. */
  readonly n: number;
  readonly resamples?: number;
  readonly seed?: number;
  /** The interval is moved so that the draws' mean is here, for a statistic that drawing twice biases. */
  readonly about?: number;
}

/** The 95 % percentile interval (Efron 1979) of a statistic over samples drawn with replacement, given by their indices. */
export function bootstrap(
  statistic: (indices: Int32Array) => number,
  { n, resamples = 200, seed = 0, about }: BootstrapOptions,
): Interval {
  const random = torchCpu(seed);
  const values = Array.from({ length: resamples }, () => statistic(random.randint(0, n, n))).sort((a, b) => a - b);
  const mean = values.reduce((a, b) => a + b, 0) / resamples;
  const shift = about === undefined ? 0 : about - mean;
  return [quantile(values, 0.025) + shift, quantile(values, 0.975) + shift];
}

/** The value below which the given share of sorted numbers lies, interpolated; share in 0 .. 1. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const [low, high] = [itemAt(sorted, Math.floor(at)), itemAt(sorted, Math.ceil(at))];
  return low + (at - Math.floor(at)) * (high - low);
}
