import { type Shape, sizeOf } from "../../graph/types.ts";
import type { ReduceOptions } from "../reduce.ts";

/** An array of JavaScript numbers: what the ops are compared with. Integers and truth values (0, 1) are numbers too. */
export interface Float64 {
  readonly shape: Shape;
  readonly data: Float64Array;
  /** The element at these indices. */
  at(...index: number[]): number;
}

/** The array of `shape` over `data`, row-major. */
export function over(shape: Shape, data: Float64Array): Float64 {
  return { shape, data, at: (...index) => data[index.reduce((at, i, axis) => at * shape[axis]! + i, 0)]! };
}

/** An index into an array: as many numbers as it has axes, which the caller knows. */
export type Index = readonly number[] & readonly [i: number, j: number, k: number, l: number, m: number];

/** The array whose element at `index` is `f(index)`. */
export function array(shape: Shape, f: (index: Index) => number): Float64 {
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, i) => f(indexOf(i, shape) as number[] & Index));
  return over(shape, data);
}

function indexOf(position: number, shape: Shape): number[] {
  let rest = position;
  return shape
    .toReversed()
    .map((n) => {
      const i = rest % n;
      rest = Math.floor(rest / n);
      return i;
    })
    .reverse();
}

/** f(0) + ... + f(n - 1) */
export const total = (n: number, f: (i: number) => number): number =>
  Array.from({ length: n }, (_, i) => f(i)).reduce((a, b) => a + b, 0);

/** `f` of every element. */
export const map = (x: Float64, f: (v: number) => number): Float64 => over(x.shape, x.data.map(f));

/** The element of x that broadcasting puts at `index` of a larger array. */
export const broadcastAt = (x: Float64, index: readonly number[]): number =>
  x.at(...index.slice(index.length - x.shape.length).map((i, axis) => (x.shape[axis] === 1 ? 0 : i)));

/** `f` of the elements of a and b that broadcasting pairs. */
export function zip(a: Float64, b: Float64, f: (p: number, q: number) => number): Float64 {
  const rank = Math.max(a.shape.length, b.shape.length);
  const size = ({ shape }: Float64, axis: number) => shape[axis - rank + shape.length] ?? 1;
  const shape = Array.from({ length: rank }, (_, axis) => (size(a, axis) === 1 ? size(b, axis) : size(a, axis)));
  return array(shape, (index) => f(broadcastAt(a, index), broadcastAt(b, index)));
}

/** The vector along `axis` that `index` lies on. */
const vectorAt = (x: Float64, axis: number, index: readonly number[]): number[] =>
  Array.from({ length: x.shape[axis]! }, (_, k) => x.at(...index.with(axis, k)));

/** `f` of each vector along `axis`; all results have the length `size`, that of the vectors when absent. */
export function along(
  x: Float64,
  axis: number,
  f: (vector: readonly number[]) => readonly number[],
  size = x.shape.at(axis)!,
): Float64 {
  const at = axis < 0 ? axis + x.shape.length : axis;
  return array(x.shape.with(at, size), (index) => f(vectorAt(x, at, index.with(at, 0)))[index[at]!]!);
}

/** `f` of all elements that differ only along `axes`. */
export function reduced(
  x: Float64,
  { axes = x.shape.map((_, i) => i), keepDims = false }: ReduceOptions,
  f: (values: readonly number[]) => number,
): Float64 {
  const positiveAxes = axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  const inner = positiveAxes.map((axis) => x.shape[axis]!);
  const keptDims = array(
    x.shape.map((n, i) => (positiveAxes.includes(i) ? 1 : n)),
    (index) => {
      const element = (_: unknown, k: number) =>
        x.at(...indexOf(k, inner).reduce((slot, i, n) => slot.with(positiveAxes[n]!, i), [...index]));
      return f(Array.from({ length: sizeOf(inner) }, element));
    },
  );
  return keepDims
    ? keptDims
    : over(
        x.shape.filter((_, i) => !positiveAxes.includes(i)),
        keptDims.data,
      );
}
