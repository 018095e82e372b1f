import { expect, test } from "vitest";
import { lowRankProduct } from "./low-rank.ts";
import { torchCpu } from "./random.ts";

const random = (rows: number, columns: number, seed: number) => ({
  rows,
  columns,
  values: torchCpu(seed).randn(rows * columns),
});

function product(
  { up, down, rank }: ReturnType<typeof lowRankProduct>,
  { rows, columns }: { rows: number; columns: number },
) {
  return Array.from({ length: rows * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    return Array.from({ length: rank }, (_, k) => up[i * rank + k]! * down[k * columns + j]!).reduce(
      (a, b) => a + b,
      0,
    );
  });
}
const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.hypot(...Array.from(a, (value, i) => value - b[i]!));

test.each([
  [6, 40],
  [40, 6],
])("the full rank gives the matrix back (%i x %i)", (rows, columns) => {
  const matrix = random(rows, columns, 1);
  const result = lowRankProduct(matrix, 100);
  expect(result.rank).toBe(6);
  expect(result.share).toBe(1);
  expect(distance(product(result, matrix), matrix.values)).toBeLessThan(1e-4);
});

test("a sum of two outer products has rank 2, and its factors have the same norm", () => {
  const [a, b] = [random(8, 2, 2), random(2, 30, 3)];
  const matrix = {
    rows: 8,
    columns: 30,
    values: Float32Array.from(product({ rank: 2, up: a.values, down: b.values, share: 1 }, { rows: 8, columns: 30 })),
  };
  const result = lowRankProduct(matrix, 2);
  expect(result.share).toBeGreaterThan(1 - 1e-6);
  expect(distance(product(result, matrix), matrix.values)).toBeLessThan(1e-4);
  expect(Math.hypot(...result.up)).toBeCloseTo(Math.hypot(...result.down), 3);
});

test("what a product leaves out is the share that it states, and no other product of the rank is nearer", () => {
  const matrix = random(8, 20, 4);
  const norm = Math.hypot(...matrix.values);
  const result = lowRankProduct(matrix, 3);
  const rest = distance(product(result, matrix), matrix.values);
  expect((rest / norm) ** 2).toBeCloseTo(1 - result.share, 4);
  for (let seed = 5; seed < 25; seed++) {
    const step = random(8, 3, seed).values.map((value) => value / 100);
    const other = { ...result, up: result.up.map((value, i) => value + step[i]!) };
    expect(distance(product(other, matrix), matrix.values)).toBeGreaterThan(rest);
  }
});

test("zeros are the product of zeros", () => {
  const result = lowRankProduct({ rows: 3, columns: 4, values: new Float32Array(12) }, 2);
  expect(result.share).toBe(1);
  expect([...result.up, ...result.down].every((value) => value === 0)).toBe(true);
});
