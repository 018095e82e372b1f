import { expect, test } from "vitest";
import { linspace, linspace32, roundHalfEven } from "./numbers.ts";

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

test("linspace32 is linspace in float32, its last element exact", () => {
  const all = linspace32(0.0001, 0.02, 1000);
  expect([all[0], all[999]]).toEqual([Math.fround(0.0001), Math.fround(0.02)]);
  all.forEach((v, i) => {
    expect(v).toBe(Math.fround(v));
    expect(Math.abs(v - linspace(0.0001, 0.02, 1000)[i]!)).toBeLessThan(3e-9);
  });
});
