import type { Latent } from "../process/latent.ts";
import { share } from "../samplers/options.ts";
import type { CachedEvaluation, CachePoint, Forecast } from "./define-step-cache.ts";

/** The options that bound where a step cache may estimate. */
export const windowOptions = {
  start: share("share of the steps, from the first, that are always evaluated", 0.2),
  end: share("share of the steps from which on all are evaluated", 0.9),
} as const;

/** True within those bounds. */
export const isWithin = ({ i, n }: CachePoint, { start, end }: { readonly start: number; readonly end: number }) =>
  i >= start * n && i < end * n;

/** The mean of |v|. */
export const size = (v: Latent): number => v.reduce((sum, value) => sum + Math.abs(value), 0) / v.length;

/** The mean of |a - b|. */
export function distance(a: Latent, b: Latent): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs((a[i] ?? 0) - (b[i] ?? 0));
  return sum / a.length;
}

/** Change of the estimated data between two evaluations for each unit of x. */
export const changeRate = (a: CachedEvaluation, b: CachedEvaluation): number =>
  distance(a.x0, b.x0) / distance(a.x, b.x);

/** The change of the estimated data from one point to the next, as a cache expects it. */
export interface ExpectedChange {
  /** Mean change of x since the point before. */
  readonly moved: number;
  /** Change of the data for each unit of it, between the last two evaluations. */
  readonly rate: number;
  /** Points since the last evaluation. */
  readonly reused: number;
  readonly evaluations: readonly [last: CachedEvaluation, before: CachedEvaluation];
}

/** Options that every cache of this kind has. */
export interface ReuseOptions {
  readonly threshold: number;
  readonly start: number;
  readonly end: number;
}

/** Uses the last evaluation again until the changes that are expected since then add up to the threshold. */
export function reuseUntil(
  { threshold, ...bounds }: ReuseOptions,
  errorOf: (change: ExpectedChange) => number,
): Forecast {
  let previous: Latent | undefined;
  let [error, reused] = [0, 0];
  return (point, [last, before]) => {
    const moved = previous ? distance(point.x, previous) : 0;
    previous = point.x;
    if (last && before && isWithin(point, bounds)) {
      error += errorOf({ moved, rate: changeRate(last, before), reused, evaluations: [last, before] });
      reused++;
      if (error < threshold) return [1];
    }
    [error, reused] = [0, 0];
    return undefined;
  };
}
