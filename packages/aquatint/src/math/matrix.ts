import { itemAt } from "../util/items.ts";
import { addScaled } from "./vector.ts";

/** A dense matrix by its rows. */
export type Matrix = readonly Float64Array[];

/** A matrix of zeros. */
export const zeroMatrix = (rows: number, columns: number): Matrix =>
  Array.from({ length: rows }, () => new Float64Array(columns));

/** The number in row i and column j. */
export const entryAt = (m: Matrix, i: number, j: number): number => itemAt(itemAt(m, i), j);

/** The numbers of column j. */
export const columnOf = (m: readonly ArrayLike<number>[], j: number): Float64Array =>
  Float64Array.from(m, (row) => itemAt(row, j));

/** The numbers in row i and column i. */
export const diagonalOf = (m: Matrix): Float64Array => Float64Array.from(m, (row, i) => itemAt(row, i));

/** Rows as columns, of a square matrix. */
export const transposed = (m: Matrix): Matrix => m.map((_, i) => columnOf(m, i));

/** The matrix product a b. */
export const matrixProduct = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => {
    const out = new Float64Array(itemAt(b, 0).length);
    for (const [k, factor] of row.entries()) addScaled(out, factor, itemAt(b, k));
    return out;
  });

/** Adds the products left[i] right[j] to a matrix in place. */
export function addOuter(target: Matrix, left: Float64Array, right: Float64Array): void {
  for (const [i, row] of target.entries()) addScaled(row, itemAt(left, i), right);
}
