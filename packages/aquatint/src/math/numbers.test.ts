import { expect, test } from "vitest";
import { linspace, roundHalfEven } from "./numbers.ts";

test("linspace holds both ends exactly", () => {
  expect(Array.from(linspace(1, 2, 5))).toEqual([1, 1.25, 1.5, 1.75, 2]);
  expect(linspace(0.1, 0.7, 8).at(-1)).toBe(0.7);
  expect(Array.from(linspace(3, 9, 1))).toEqual([3]);
  expect(linspace(3, 9, 0)).toHaveLength(0);
});

test.each([
  [0.5, 0],
  [1.5, 2],
  [2.5, 2],
  [-1.5, -2],
  [2.4999, 2],
  [937.5, 938],
  [7, 7],
])("%d rounds to %d", (x, expected) => {
  expect(roundHalfEven(x)).toBe(expected);
});
