import { torchCpu } from "aquatint/math";
import { expect, test } from "vitest";
import { bitsPerDimension, discretized, logIntervals, normalKl, normalLogDensity } from "./likelihood.ts";

const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);

test("the KL divergence is 0 of the same and the known formula of others", () => {
  const q = { mean: [0, 1], logVariance: [0, Math.log(4)] };
  expect([...normalKl(q, q, 2)]).toEqual([0, 0]);
  const vae = normalKl(q, { mean: 0, logVariance: 0 }, 2);
  expect(vae[1]).toBeCloseTo((4 + 1 - 1 - Math.log(4)) / 2, 14);
});

test("the KL divergence is the mean of the log-densities' difference", () => {
  const [q, p] = [
    { mean: 0.3, logVariance: -1 },
    { mean: -0.2, logVariance: 0.4 },
  ];
  const x = torchCpu(1)
    .randn64(200_000)
    .map((z) => 0.3 + Math.exp(-0.5) * z);
  const [a, b] = [normalLogDensity(x, q), normalLogDensity(x, p)];
  expect(sum(a.map((v, i) => v - b[i]!)) / x.length).toBeCloseTo(normalKl(q, p, 1)[0]!, 2);
});

test.each(Object.keys(logIntervals) as (keyof typeof logIntervals)[])(
  "%s: the 256 values of a channel share 1",
  (interval) => {
    const values = Float64Array.from({ length: 256 }, (_, i) => i / 127.5 - 1);
    for (const normal of [
      { mean: 0.2, logVariance: 2 * Math.log(0.3) },
      { mean: -0.99, logVariance: 0 },
      { mean: 2, logVariance: -1 },
    ]) {
      expect(sum(discretized({ interval })(values, normal).map(Math.exp))).toBeCloseTo(1, 7);
    }
  },
);

test("a wide normal's discretized likelihood is its density times the interval", () => {
  const [x, normal] = [[0.1], { mean: 0, logVariance: 0 }];
  const logDensity = discretized()(x, normal)[0]! - Math.log(2 / 255);
  expect(logDensity).toBeCloseTo(normalLogDensity(x, normal)[0]!, 5);
});

test("far from the mean it stays finite and true, where improved-diffusion stops at 1e-12", () => {
  const normal = { mean: 0, logVariance: 2 * Math.log(1e-3) };
  expect(discretized()([0.5], normal)[0]).toBeLessThan(-1e5);
  expect(discretized()([0.5], normal)[0]).toBeGreaterThan(-2e5);
  expect(discretized({ interval: "tanh" })([0.5], normal)[0]).toBeCloseTo(Math.log(1e-12), 10);
});

test("fewer values make wider intervals; a mean over dimensions in bits", () => {
  const normal = { mean: 0, logVariance: 0 };
  expect(discretized({ values: 2 })([-1], normal)[0]).toBeCloseTo(Math.log(0.5), 12);
  expect(bitsPerDimension(Float64Array.of(Math.LN2, 3 * Math.LN2))).toBeCloseTo(2, 14);
});

test("normals of another length are refused", () => {
  expect(() => discretized()([0, 0], { mean: [0], logVariance: 0 })).toThrow("1 elements were given for 2");
});
