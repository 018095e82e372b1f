import { expect, test } from "vitest";
import { solve } from "./solve.ts";

test("solves systems, a zero pivot too, and leaves its inputs alone", () => {
  const rows = [
    [0, 2, 1],
    [1, 1, 1],
    [4, 0, -1],
  ];
  const right = [7, 6, 1];
  solve(rows, right).forEach((v, i) => {
    expect(v).toBeCloseTo([1, 2, 3][i]!, 12);
  });
  expect(rows[0]).toEqual([0, 2, 1]);
  expect(solve([], [])).toEqual([]);
});
