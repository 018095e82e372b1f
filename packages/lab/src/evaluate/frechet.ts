import {
  columnOf,
  diagonalOf,
  entryAt,
  type Matrix,
  matrixProduct,
  squaredDistance,
  symmetricEigen,
  transposed,
  zeroMatrix,
} from "aquatint/math";
import { AquatintError, itemAt } from "aquatint/util";
import type { Features } from "./features.ts";

/** Mean and covariance [d, d] of a set. */
export interface Moments {
  readonly mean: Float64Array;
  readonly covariance: Matrix;
}

/** The mean and the unbiased covariance of at least two vectors. @throws AquatintError "evaluate/too-few" */
export function momentsOf(features: Features): Moments {
  const n = features.length;
  if (n < 2) {
    throw new AquatintError("evaluate/too-few", `a covariance takes at least 2 images, got ${n}`, {
      hint: "evaluate more images: --count",
    });
  }
  const width = itemAt(features, 0).length;
  const mean = Float64Array.from({ length: width }, (_, d) =>
    columnOf(features, d).reduce((sum, value) => sum + value / n, 0),
  );
  const lower = zeroMatrix(width, width);
  for (const row of features) {
    const centered = mean.map((m, d) => itemAt(row, d) - m);
    for (const [i, sums] of lower.entries()) {
      const value = itemAt(centered, i);
      for (let j = 0; j <= i; j++) sums[j]! += (value * centered[j]!) / (n - 1);
    }
  }
  return { mean, covariance: lower.map((row, i) => row.map((value, j) => (j > i ? entryAt(lower, j, i) : value))) };
}

/**
 * The squared Fréchet distance of the Gaussians with these moments (Dowson and Landau 1982; Heusel et al. 2017):
 * |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^1/2). Of sets of the same distribution it is above 0, the more the
 * smaller they are: compare with the distance of two real sets of the same size.
 */
export function frechetDistance(a: Moments, b: Moments): number {
  const shift = squaredDistance(a.mean, b.mean);
  const factor = choleskyFactor(a.covariance);
  const product = matrixProduct(matrixProduct(transposed(factor), b.covariance), factor); // has the eigenvalues of C1 C2
  const { values } = symmetricEigen(symmetric(product));
  const overlap = values.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
  return Math.max(0, shift + trace(a.covariance) + trace(b.covariance) - 2 * overlap);
}

const trace = (m: Matrix): number => diagonalOf(m).reduce((sum, value) => sum + value, 0);

/** Smallest pivot relative to the largest variance; below that a direction has none but for rounding. */
const FLAT = 1e-12;

/** The lower triangle L with L Lᵀ = m, for a covariance that may lack directions. */
function choleskyFactor(m: Matrix): Matrix {
  const least = FLAT * Math.max(...diagonalOf(m));
  const factor = m.map((row) => new Float64Array(row.length));
  const rest = (i: number, j: number): number => {
    const [a, b] = [itemAt(factor, i), itemAt(factor, j)];
    let sum = entryAt(m, i, j);
    for (let k = 0; k < j; k++) sum -= a[k]! * b[k]!;
    return sum;
  };
  for (let j = 0; j < m.length; j++) {
    const pivot = rest(j, j);
    if (pivot <= least) continue;
    const root = Math.sqrt(pivot);
    itemAt(factor, j)[j] = root;
    for (let i = j + 1; i < m.length; i++) itemAt(factor, i)[j] = rest(i, j) / root;
  }
  return factor;
}

/** Rounding leaves a product of symmetric factors a little skewed. */
const symmetric = (m: Matrix): Matrix => m.map((row, i) => row.map((v, j) => (v + entryAt(m, j, i)) / 2));
