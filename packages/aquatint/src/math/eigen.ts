import { itemAt } from "../util/items.ts";
import { diagonalOf, type Matrix } from "./matrix.ts";

/** A symmetric matrix [n, n] as n eigenvalues, with the unit eigenvectors in the columns of `vectors` [n, n]. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Matrix;
}

const SWEEPS = 60;
/** Ratio of the rest after and before a sweep where it has converged: before, each leaves its square. */
const STALLED = 0.25;

/** Jacobi's method for a symmetric matrix given by its rows; meant for tens of rows, exact to float64's rounding. */
export function symmetricEigen(rows: readonly ArrayLike<number>[]): Eigen {
  const n = rows.length;
  const a = rows.map((row) => Float64Array.from(row));
  const vectors = rows.map((_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
  const size = a.reduce((sum, row) => sum + row.reduce((s, v) => s + v * v, 0), 0);
  let remaining = offDiagonal(a);
  for (let sweep = 0; sweep < SWEEPS && remaining > 1e-32 * size; sweep++) {
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors, p, q);
    const before = remaining;
    remaining = offDiagonal(a);
    if (remaining < 1e-24 * size && remaining > STALLED * before) break; // the rest is rounding, which no sweep removes
  }
  return { values: diagonalOf(a), vectors };
}

const offDiagonal = (a: Matrix): number =>
  a.reduce((sum, row, i) => row.reduce((s, v, j) => (i === j ? s : s + v * v), sum), 0);

/** Turns the plane of axes p and q so that a[p][q] becomes 0. */
function rotate(a: Matrix, vectors: Matrix, p: number, q: number): void {
  const [rowP, rowQ] = [itemAt(a, p), itemAt(a, q)];
  const off = itemAt(rowP, q);
  if (off === 0) return;
  const theta = (itemAt(rowQ, q) - itemAt(rowP, p)) / (2 * off);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(tangent, 1);
  const s = tangent * c;
  for (const row of a) turn(row, p, row, q, { c, s });
  for (let k = 0; k < a.length; k++) turn(rowP, k, rowQ, k, { c, s });
  for (const row of vectors) turn(row, p, row, q, { c, s });
}

/** Turns the pair of x[i] and y[j] by the angle with this cosine and sine. */
function turn(x: Float64Array, i: number, y: Float64Array, j: number, { c, s }: { c: number; s: number }): void {
  const [u, v] = [x[i]!, y[j]!];
  x[i] = c * u - s * v;
  y[j] = s * u + c * v;
}
