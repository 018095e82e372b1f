import { expect, test } from "vitest";
import { cudaPhilox } from "./cuda.ts";
import { philox } from "./philox.ts";

// Known answers of Random123 for philox4x32-10.
test.each([
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
] as const)("philox of %j under %j", (counter, key, expected) => {
  expect(philox(counter, key)).toEqual(expected);
});

test("seed 0 gives the normals of torch on CUDA", () => {
  const expected = [
    -0.92466259, -0.42534415, -2.6438457, 0.14518388, -0.12086647, -0.57972564, -0.62285122, -0.32838709, -1.07454231,
    -0.36314407, -1.67105067, 2.26550497,
  ];
  cudaPhilox(0)
    .randn(12)
    .forEach((v, i) => {
      expect(Math.abs(v - expected[i]!)).toBeLessThan(1e-6 * Math.max(1, Math.abs(expected[i]!)));
    });
});

test("calls differ, both halves of a seed count, and what is no seed is refused", () => {
  const stream = cudaPhilox(5n);
  expect(stream.randn(4)).not.toEqual(stream.randn(4));
  expect(cudaPhilox(5n + (1n << 32n)).randn(4)).not.toEqual(cudaPhilox(5n).randn(4));
  expect(() => cudaPhilox(0.5)).toThrow("a seed is a 64-bit integer, got 0.5");
});
