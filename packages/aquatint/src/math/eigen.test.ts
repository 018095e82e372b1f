import { expect, test } from "vitest";
import { symmetricEigen } from "./eigen.ts";
import { torchCpu } from "./random.ts";

const symmetric = (n: number, seed: number): number[][] => {
  const r = torchCpu(seed).randn64(n * n);
  return Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => r[i * n + j]! + r[j * n + i]!));
};

test.each([1, 2, 3, 8, 20])("a symmetric matrix of %i rows is its eigenvectors times its eigenvalues", (n) => {
  const rows = symmetric(n, n);
  const { values, vectors } = symmetricEigen(rows);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const along = (f: (k: number) => number) => Array.from({ length: n }, (_, k) => f(k)).reduce((a, b) => a + b);
      expect(along((k) => vectors[i]![k]! * values[k]! * vectors[j]![k]!)).toBeCloseTo(rows[i]![j]!, 10);
      expect(along((k) => vectors[k]![i]! * vectors[k]![j]!)).toBeCloseTo(i === j ? 1 : 0, 12);
    }
  }
});

test("known eigenvalues, and a singular matrix, are found; the input is left as it is", () => {
  const rows = [
    [2, 1],
    [1, 2],
  ];
  expect([...symmetricEigen(rows).values].sort()[0]).toBeCloseTo(1, 14);
  expect([...symmetricEigen(rows).values].sort()[1]).toBeCloseTo(3, 14);
  expect(rows).toEqual([
    [2, 1],
    [1, 2],
  ]);
  const rankOne = [
    [1, 1],
    [1, 1],
  ];
  expect([...symmetricEigen(rankOne).values].map(Math.abs).sort()[0]).toBeLessThan(1e-15);
});
