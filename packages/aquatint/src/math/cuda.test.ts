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

test("draws in pieces of the stream's counters are those of the counters themselves", () => {
  const x = cudaPhilox(11).randn(5000);
  for (const i of [0, 1, 2047, 2048, 4999]) {
    const [first, second] = philox([0, 0, i, 0], [11, 0]);
    const radius = Math.sqrt(-2 * Math.log((first + 0.5) / 2 ** 32));
    expect(Math.abs(x[i]! - radius * Math.sin(((second + 0.5) / 2 ** 31) * Math.PI))).toBeLessThan(1e-6);
  }
});

test("a stream goes on from an offset", () => {
  const stream = cudaPhilox(5);
  stream.randn(4);
  stream.randn64(9);
  expect(stream.randn(4)).toEqual(cudaPhilox(5, { offset: 2 }).randn(4));
  expect(() => cudaPhilox(5, { offset: -1 })).toThrow("0 .. 2^32 - 1, got -1");
});

test("normals in single and double precision have mean 0, variance 1 and kurtosis 3", () => {
  for (const x of [cudaPhilox(1).randn(200_000), cudaPhilox(1).randn64(200_000)]) {
    const moment = (k: number) => (x as Float64Array).reduce((sum, v) => sum + v ** k, 0) / x.length;
    expect(Math.abs(moment(1))).toBeLessThan(0.01);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.015);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.1);
  }
});

test("in double precision both words of a uniform count, as in cuRAND's formula", () => {
  const [a, b, c, d] = philox([0, 0, 3, 0], [7, 0]);
  const uniform = (low: number, high: number) => (Number(BigInt(low) ^ (BigInt(high) << 21n)) + 0.5) / 2 ** 53;
  const expected = Math.sqrt(-2 * Math.log(uniform(a, b))) * Math.sin(2 * Math.PI * uniform(c, d));
  expect(cudaPhilox(7).randn64(4)[3]).toBeCloseTo(expected, 12);
});
