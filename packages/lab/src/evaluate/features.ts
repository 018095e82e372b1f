import { squaredDistance } from "aquatint/math";

/** The feature vectors of a set of images. */
export type Features = readonly ArrayLike<number>[];

/** Rows of a flat [n, width] array. */
export function rowsOf(flat: Float32Array, n: number): Features {
  const width = flat.length / n;
  return Array.from({ length: n }, (_, i) => flat.subarray(i * width, (i + 1) * width));
}

/** Distances from each of the first set to each of the second, row by row. */
export const distances = (from: Features, to: Features): readonly Float64Array[] =>
  from.map((a) => Float64Array.from(to, (b) => Math.sqrt(squaredDistance(a, b))));
