import { expect, test } from "vitest";
import { psnr } from "./psnr.ts";

test("the ratio is of the range 2 to the root mean square difference, and what is beyond the range does not count", () => {
  expect(psnr(Float32Array.of(0, 0), Float32Array.of(0.2, -0.2))).toBeCloseTo(20, 5);
  expect(psnr(Float32Array.of(1, -1), Float32Array.of(3, -2))).toBe(Number.POSITIVE_INFINITY);
  expect(() => psnr(new Float32Array(2), new Float32Array(3))).toThrow("2 and 3 values");
});
