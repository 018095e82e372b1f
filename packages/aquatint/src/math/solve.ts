import { itemAt } from "../util/items.ts";
import { dot } from "./vector.ts";

/** Solves the small dense system `rows` x = `right` by elimination with pivoting; the inputs are left as they are. */
export function solve(rows: readonly ArrayLike<number>[], right: ArrayLike<number>): number[] {
  const n = right.length;
  const m = rows.map((row, i) => [...Array.from(row), itemAt(right, i)]);
  for (let k = 0; k < n; k++) {
    const best = pivotIndex(m, k);
    const pivot = itemAt(m, best);
    m[best] = itemAt(m, k);
    m[k] = pivot;
    for (const row of m.slice(k + 1)) eliminate(row, pivot, k);
  }
  const x = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    const row = itemAt(m, k);
    x[k] = (itemAt(row, n) - dot(x, row)) / itemAt(row, k);
  }
  return x;
}

/** The row from k on with the largest number in column k. */
function pivotIndex(m: readonly (readonly number[])[], k: number): number {
  const size = (i: number) => Math.abs(itemAt(itemAt(m, i), k));
  let best = k;
  for (let i = k + 1; i < m.length; i++) if (size(i) > size(best)) best = i;
  return best;
}

/** Subtracts the multiple of the pivot row that makes column k zero. */
function eliminate(row: number[], pivot: readonly number[], k: number): void {
  const factor = itemAt(row, k) / itemAt(pivot, k);
  for (let j = k; j < pivot.length; j++) row[j]! -= factor * pivot[j]!;
}
