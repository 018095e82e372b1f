import { itemAt } from "../util/items.ts";
import { symmetricEigen } from "./eigen.ts";

/** A matrix [rows, columns], row after row. */
export interface FlatMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** A matrix as a product up · down of two thin ones. */
export interface LowRank {
  readonly rank: number;
  /** [rows, rank] */
  readonly up: Float32Array;
  /** [rank, columns] */
  readonly down: Float32Array;
  /** Share of the squared norm that the product has, 0 .. 1; 1 for a matrix of zeros. */
  readonly share: number;
}

/** The product of this rank that is nearest to a matrix (Eckart and Young 1936), both factors with the same norm. */
export function lowRankProduct(matrix: FlatMatrix, limit: number): LowRank {
  if (matrix.rows > matrix.columns) {
    const { rank, up, down, share } = lowRankProduct(flipped(matrix), limit);
    const back = (values: Float32Array, rows: number) =>
      flipped({ rows, columns: values.length / rows, values }).values;
    return { rank, up: back(down, rank), down: back(up, matrix.columns), share };
  }
  const { rows, columns, values } = matrix;
  const rank = Math.min(limit, rows);
  const row = (i: number) => values.subarray(i * columns, (i + 1) * columns);
  const { values: squares, vectors } = symmetricEigen(
    Array.from({ length: rows }, (_, i) => Array.from({ length: rows }, (_, j) => dot(row(i), row(j)))),
  );
  const largest = Array.from(squares.keys())
    .sort((a, b) => itemAt(squares, b) - itemAt(squares, a))
    .slice(0, rank);
  const up = new Float32Array(rows * rank);
  const down = new Float32Array(rank * columns);
  for (const [k, column] of largest.entries()) {
    const root = Math.max(itemAt(squares, column), 0) ** 0.25; // the root of the singular value
    for (let i = 0; i < rows; i++) {
      const weight = itemAt(itemAt(vectors, i), column);
      up[i * rank + k] = weight * root;
      if (root > 0) addRow(down.subarray(k * columns, (k + 1) * columns), row(i), weight / root);
    }
  }
  const total = squares.reduce((sum, value) => sum + value, 0);
  const caught = largest.reduce((sum, column) => sum + itemAt(squares, column), 0);
  return { rank, up, down, share: total > 0 ? Math.min(1, caught / total) : 1 };
}

function flipped({ rows, columns, values }: FlatMatrix): FlatMatrix {
  const out = new Float32Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = itemAt(values, i * columns + j);
  return { rows: columns, columns: rows, values: out };
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += itemAt(a, i) * itemAt(b, i);
  return sum;
}

function addRow(target: Float32Array, source: Float32Array, factor: number): void {
  for (const [j, value] of source.entries()) target[j] = itemAt(target, j) + factor * value;
}
