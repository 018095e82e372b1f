import { symmetricEigen } from "aquatint/math";
import { AquatintError } from "aquatint/util";
import type { Features } from "./features.ts";

/** Mean and covariance [d, d] of a set. */
export interface Moments {
  readonly mean: Float64Array;
  readonly covariance: readonly Float64Array[];
}

/** The mean and the unbiased covariance of at least two vectors. @throws AquatintError "evaluate/too-few" */
export function momentsOf(features: Features): Moments {
  const n = features.length;
  if (n < 2) {
    throw new AquatintError("evaluate/too-few", `a covariance takes at least 2 images, got ${n}`, {
      hint: "evaluate more images: --count",
    });
  }
  const width = features[0]!.length;
  const mean = new Float64Array(width);
  for (const row of features) for (let d = 0; d < width; d++) mean[d]! += row[d]! / n;
  const covariance = Array.from({ length: width }, () => new Float64Array(width));
  const centered = new Float64Array(width);
  for (const row of features) {
    for (let d = 0; d < width; d++) centered[d] = row[d]! - mean[d]!;
    for (let i = 0; i < width; i++) {
      for (let j = 0; j <= i; j++) covariance[i]![j]! += (centered[i]! * centered[j]!) / (n - 1);
    }
  }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) covariance[j]![i] = covariance[i]![j]!;
  return { mean, covariance };
}

/**
 * The squared Fréchet distance of the Gaussians with these moments (Dowson and Landau 1982; Heusel et al. 2017):
 * |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^1/2). Of sets of the same distribution it is above 0, the more the
 * smaller they are: compare with the distance of two real sets of the same size.
 */
export function frechetDistance(a: Moments, b: Moments): number {
  const shift = a.mean.reduce((sum, m, d) => sum + (m - b.mean[d]!) ** 2, 0);
  const factor = choleskyFactor(a.covariance);
  const product = times(times(transposed(factor), b.covariance), factor); // has the eigenvalues of C1 C2
  const { values } = symmetricEigen(symmetric(product));
  const overlap = values.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
  return Math.max(0, shift + trace(a.covariance) + trace(b.covariance) - 2 * overlap);
}

type Matrix = readonly Float64Array[];
const trace = (m: Matrix): number => m.reduce((sum, row, i) => sum + row[i]!, 0);

/** Smallest pivot relative to the largest variance; below that a direction has none but for rounding. */
const FLAT = 1e-12;

/** The lower triangle L with L Lᵀ = m, for a covariance that may lack directions. */
function choleskyFactor(m: Matrix): Matrix {
  const least = FLAT * Math.max(...m.map((row, i) => row[i]!));
  const factor = m.map((row) => new Float64Array(row.length));
  const rest = (i: number, j: number): number => {
    let sum = m[i]![j]!;
    for (let k = 0; k < j; k++) sum -= factor[i]![k]! * factor[j]![k]!;
    return sum;
  };
  for (let j = 0; j < m.length; j++) {
    const pivot = rest(j, j);
    if (pivot <= least) continue;
    factor[j]![j] = Math.sqrt(pivot);
    for (let i = j + 1; i < m.length; i++) factor[i]![j] = rest(i, j) / factor[j]![j]!;
  }
  return factor;
}

const transposed = (m: Matrix): Matrix => m.map((_, i) => Float64Array.from(m, (row) => row[i]!));

/** Rounding leaves a product of symmetric factors a little skewed. */
const symmetric = (m: Matrix): Matrix => m.map((row, i) => row.map((v, j) => (v + m[j]![i]!) / 2));

function times(a: Matrix, b: Matrix): Matrix {
  return a.map((row) => {
    const out = new Float64Array(b[0]!.length);
    for (let k = 0; k < row.length; k++) {
      const factor = row[k]!;
      const other = b[k]!;
      for (let j = 0; j < out.length; j++) out[j]! += factor * other[j]!;
    }
    return out;
  });
}
