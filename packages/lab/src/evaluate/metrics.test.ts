import { torchCpu } from "aquatint/math";
import { describe, expect, test } from "vitest";
import { type Estimate, setDistance } from "./distribution.ts";
import type { Features } from "./features.ts";
import { frechetDistance, type Moments, momentsOf } from "./frechet.ts";
import { bootstrap, quantile, wilson } from "./intervals.ts";

/** n normal vectors about a center. */
function cloud(n: number, { center = 0, width = 4, scale = 1, seed = 0 } = {}): Features {
  const random = torchCpu(seed);
  return Array.from({ length: n }, () => random.randn64(width).map((v) => center + scale * v));
}
const diagonal = (mean: readonly number[], variances: readonly number[]): Moments => ({
  mean: Float64Array.from(mean),
  covariance: variances.map((v, i) => Float64Array.from(variances, (_, j) => (i === j ? v : 0))),
});

describe("the Fréchet distance", () => {
  test("of Gaussians with diagonal covariances is known in closed form", () => {
    const [a, b] = [diagonal([0, 1], [4, 9]), diagonal([3, 1], [1, 16])];
    expect(frechetDistance(a, b)).toBeCloseTo(9 + (2 - 1) ** 2 + (3 - 4) ** 2, 10);
    expect(frechetDistance(a, a)).toBeCloseTo(0, 10);
  });

  test("takes the root of a product of covariances that do not commute", () => {
    const a: Moments = { mean: new Float64Array(2), covariance: [Float64Array.of(2, 1), Float64Array.of(1, 2)] };
    const b = diagonal([0, 0], [1, 4]);
    const [trace, determinant] = [2 + 2 * 4, 3 * 4]; // of the product; tr sqrt(M) = sqrt(tr M + 2 sqrt(det M)) in 2 x 2
    const overlap = Math.sqrt(trace + 2 * Math.sqrt(determinant));
    expect(frechetDistance(a, b)).toBeCloseTo(4 + 5 - 2 * overlap, 10);
    expect(frechetDistance(b, a)).toBeCloseTo(frechetDistance(a, b), 10);
  });

  test("does with a covariance that is not of full rank", () => {
    expect(frechetDistance(diagonal([0, 0], [1, 0]), diagonal([0, 0], [0, 1]))).toBeCloseTo(2, 10);
  });

  test("of samples comes near that of their distributions, from above in small sets", () => {
    const exact = 4 * 2 ** 2 + 4 * (1 - 0.5) ** 2;
    const at = (n: number) =>
      frechetDistance(momentsOf(cloud(n)), momentsOf(cloud(n, { center: 2, scale: 0.5, seed: 1 })));
    expect(at(20_000)).toBeCloseTo(exact, 0);
    const same = (n: number) => frechetDistance(momentsOf(cloud(n)), momentsOf(cloud(n, { seed: 1 })));
    expect(same(30)).toBeGreaterThan(5 * same(3000));
  });

  test("refuses a set of one", () => {
    expect(() => momentsOf(cloud(1))).toThrow(expect.objectContaining({ code: "evaluate/too-few" }));
  });
});

describe("precision, recall, density and coverage", () => {
  const real = cloud(200);
  const spread = (input: { readonly real: Features; readonly generated: Features }) => {
    const { precision, recall, density, coverage } = setDistance({ ...input, resamples: 2 });
    return { precision: precision.value, recall: recall.value, density: density.value, coverage: coverage.value };
  };

  test("of a set and itself are full", () => {
    const { density, ...shares } = spread({ real, generated: real });
    expect(shares).toEqual({ precision: 1, recall: 1, coverage: 1 });
    expect(density).toBeGreaterThan(1); // each lies in its own ball beside the k others, about
    expect(density).toBeLessThan(1.4);
  });

  test("of disjoint sets are nothing", () => {
    const generated = cloud(200, { center: 100, seed: 1 });
    expect(spread({ real, generated })).toEqual({ precision: 0, recall: 0, density: 0, coverage: 0 });
  });

  test("of a set that lacks one of two modes: precise, but half is not recalled", () => {
    const modes = [...cloud(100), ...cloud(100, { center: 50, seed: 1 })];
    const { precision, recall, coverage } = spread({ real: modes, generated: cloud(200, { seed: 2 }) });
    expect(precision).toBeGreaterThan(0.9);
    for (const share of [recall, coverage]) expect(share).toBeLessThanOrEqual(0.5);
    for (const share of [recall, coverage]) expect(share).toBeGreaterThan(0.4);
  });

  test("of a set with a mode that is not real: half precise, all recalled", () => {
    const modes = [...cloud(100, { seed: 1 }), ...cloud(100, { center: 50, seed: 2 })];
    const { precision, recall, coverage } = spread({ real, generated: modes });
    expect(precision).toBeLessThanOrEqual(0.5);
    for (const share of [recall, coverage]) expect(share).toBeGreaterThan(0.85);
  });

  test("one outlier among the real ones raises the precision of what is near it, hardly the density", () => {
    const outlier = [Float64Array.of(40, 40, 40, 40)];
    const generated = cloud(201, { center: 15, seed: 3 });
    const { precision, density } = spread({ real: [...real, ...outlier], generated });
    expect(precision).toBe(1); // the known weakness that Naeem et al. mend
    expect(density).toBeCloseTo(1 / 5, 10);
  });

  test("refuses sets of no more than k", () => {
    expect(() => spread({ real: cloud(5), generated: real })).toThrow(
      expect.objectContaining({ code: "evaluate/too-few" }),
    );
  });
});

describe("intervals", () => {
  test.each([
    [5, 10, 0.2366, 0.7634],
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
    [81, 263, 0.2553, 0.3662], // Newcombe 1998, table I
    [15, 148, 0.0624, 0.1605],
    [1, 29, 0.0061, 0.1718],
  ])("Wilson's of %i among %i", (hits, n, low, high) => {
    const [a, b] = wilson(hits, n);
    expect(a).toBeCloseTo(low, 4);
    expect(b).toBeCloseTo(high, 4);
  });

  test("the bootstrap's of a mean is that of its standard error, and the same again", () => {
    const sample = torchCpu(3).randn64(400);
    const mean = (indices: Int32Array) => indices.reduce((sum, i) => sum + sample[i]!, 0) / indices.length;
    const all = mean(Int32Array.from(sample.keys()));
    const [low, high] = bootstrap(mean, { n: 400, resamples: 2000 });
    expect(high - all).toBeCloseTo(1.96 / 20, 1);
    expect(all - low).toBeCloseTo(1.96 / 20, 1);
    expect(bootstrap(mean, { n: 400, resamples: 2000 })).toEqual([low, high]);
  });

  test("a quantile lies between its neighbors", () => {
    expect([0, 0.25, 0.5, 1].map((share) => quantile([1, 2, 4], share))).toEqual([1, 1.5, 2, 4]);
  });
});

test("a set's distances have intervals that hold them", () => {
  const distances = setDistance({ real: cloud(60), generated: cloud(60, { center: 0.5, seed: 1 }) });
  for (const { value, interval } of Object.values(distances) as Estimate[]) {
    expect(interval[0]).toBeLessThanOrEqual(value);
    expect(interval[1]).toBeGreaterThanOrEqual(value);
    expect(interval[1] - interval[0]).toBeGreaterThan(0);
  }
});
