import { average } from "../math/average.ts";
import { itemAt } from "../util/items.ts";

/** A number that changes with the steps of a run. */
export interface Point {
  readonly step: number;
  readonly value: number;
}

/** Steps that a moving average looks back over once there are enough of them. */
export const AVERAGE_STEPS = 100;

/** A moving average: over the last fifth of what it has seen, and at most over `AVERAGE_STEPS`. Returns the average so far. */
export function movingAverage(): (value: number) => number {
  let [count, mean] = [0, 0];
  return (value) => {
    count++;
    mean += (value - mean) / Math.min(Math.max(count / 5, 1), AVERAGE_STEPS);
    return mean;
  };
}

/** The moving average at each of some points. */
export function averaged(points: readonly Point[]): readonly Point[] {
  const add = movingAverage();
  return points.map(({ step, value }) => ({ step, value: add(value) }));
}

/** Neighboring points as one: their lowest, mean and highest value, at the last one's step. */
export interface Bucket extends Point {
  readonly low: number;
  readonly high: number;
}

/** At most `count` buckets of as many points each, the last one perhaps of fewer. */
export function buckets(points: readonly Point[], count: number): readonly Bucket[] {
  const size = Math.max(Math.ceil(points.length / count), 1);
  return Array.from({ length: Math.ceil(points.length / size) }, (_, i) => {
    const bucket = points.slice(i * size, (i + 1) * size);
    const values = bucket.map(({ value }) => value);
    return {
      step: itemAt(bucket, -1).step,
      value: average(values),
      low: Math.min(...values),
      high: Math.max(...values),
    };
  });
}

/** Every so many-th of some points, the last one among them. */
export function thinned(points: readonly Point[], count: number): readonly Point[] {
  const every = Math.max(Math.ceil(points.length / count), 1);
  return points.filter((_, i) => (points.length - 1 - i) % every === 0);
}

/** `count` of a list's elements spread evenly, its first and last among them. */
export const spread = <T>(list: readonly T[], count: number): readonly T[] =>
  list.length <= count
    ? list
    : Array.from({ length: count }, (_, i) =>
        itemAt(list, Math.round((i * (list.length - 1)) / Math.max(count - 1, 1))),
      );
