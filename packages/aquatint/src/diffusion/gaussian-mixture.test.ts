import { expect, test } from "vitest";
import { torchCpu } from "../math/random.ts";
import { type GaussianMixture, gaussianMixture } from "./gaussian-mixture.ts";
import { singleStep } from "./process/denoiser.ts";
import { cleanLevel, type Level } from "./process/level.ts";
import { estimate as solved, targets } from "./process/prediction.ts";
import { cosine, linear } from "./process/schedules.ts";

/** Two in the plane: one long and turned, one round and heavier. */
const plane = gaussianMixture([
  {
    mean: [1, -0.5],
    covariance: [
      [0.5, 0.3],
      [0.3, 0.4],
    ],
  },
  { weight: 2, mean: [-1, 0.8], covariance: 0.05 },
]);
const line = gaussianMixture([
  { weight: 0.3, mean: [-1], covariance: 0.04 },
  { weight: 0.7, mean: [0.5], covariance: [0.3] },
]);
const levels: readonly Level[] = [
  linear().level(1),
  linear().level(300),
  cosine().level(1000),
  { t: 5, alpha: 1, sigma: 3 },
  { t: 500, alpha: 0.5, sigma: 0.5 },
];
const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);

/** The density of x0 on a fine grid, and integrals over it. */
const grid = Array.from({ length: 10_001 }, (_, i) => -5 + i / 1000);
const density = line.logDensity(grid).map(Math.exp);
const normal = (z: number, variance: number) => Math.exp((-z * z) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);

test("the density of the line integrates to 1, and its mean and variance are the mixture's", () => {
  expect(sum(density) / 1000).toBeCloseTo(1, 10);
  const mean = sum(grid.map((x, i) => x * density[i]!)) / 1000;
  expect(mean).toBeCloseTo(line.mean[0]!, 10);
  expect(sum(grid.map((x, i) => (x - mean) ** 2 * density[i]!)) / 1000).toBeCloseTo(line.covariance[0]![0]!, 8);
});

test.each(levels.slice(1))(
  "alpha $alpha, sigma $sigma: density and posterior mean are Bayes' integrals over the data",
  (level) => {
    const { alpha, sigma } = level;
    if (sigma < 0.02) return expect(sigma).toBeCloseTo(0.01, 3); // narrower than the grid resolves
    for (const x of [-1.7, -0.2, 0.9]) {
      const joint = grid.map((x0, i) => density[i]! * normal(x - alpha * x0, sigma ** 2));
      const evidence = sum(joint);
      expect(line.logDensity([x], level)[0]).toBeCloseTo(Math.log(evidence / 1000), 9);
      const mean = sum(joint.map((p, i) => p * grid[i]!)) / evidence;
      expect(line.estimate([x], level).x0[0]).toBeCloseTo(mean, 9);
    }
  },
);

const points = torchCpu(3).randn64(20);

test.each(levels)("alpha $alpha, sigma $sigma: estimate and score say the same (Tweedie's formula)", (level) => {
  const { x0, eps } = plane.estimate(points, level);
  const score = plane.score(points, level);
  points.forEach((x, i) => {
    expect(level.alpha * x0[i]! + level.sigma * eps[i]!).toBeCloseTo(x, 10);
    expect(eps[i]).toBeCloseTo(-level.sigma * score[i]!, 10);
  });
});

test("the score is the gradient of the log-density, without noise too", () => {
  for (const level of [cleanLevel, levels[1]!]) {
    const score = plane.score(points, level);
    points.forEach((_, i) => {
      const moved = (by: number) =>
        sum(
          plane.logDensity(
            points.map((v, j) => (i === j ? v + by : v)),
            level,
          ),
        );
      expect((moved(1e-5) - moved(-1e-5)) / 2e-5).toBeCloseTo(score[i]!, 4);
    });
  }
});

test("a full covariance, a diagonal and a number say the same where they are the same", () => {
  const covariances = [
    0.3,
    [0.3, 0.3],
    [
      [0.3, 0],
      [0, 0.3],
    ],
  ];
  const [a, b, c] = covariances.map((covariance) => gaussianMixture([{ mean: [1, 2], covariance }]));
  const all = [a, b, c].map((mixture) => mixture!.estimate(points, levels[1]!).x0);
  expect(all[1]).toEqual(all[0]);
  all[2]!.forEach((v, i) => {
    expect(v).toBeCloseTo(all[0]![i]!, 12);
  });
});

const empirical = (rows: Float64Array, d: number) => {
  const n = rows.length / d;
  const mean = Array.from({ length: d }, (_, i) => sum(rows.filter((_, k) => k % d === i)) / n);
  const covariance = mean.map((_, i) =>
    mean.map((_, j) => {
      let total = 0;
      for (let r = 0; r < n; r++) total += (rows[r * d + i]! - mean[i]!) * (rows[r * d + j]! - mean[j]!);
      return total / n;
    }),
  );
  return { mean, covariance };
};

test.each([cleanLevel, levels[1]!])("at t = $t samples have the mixture's moments, and a seed fixes them", (level) => {
  const { alpha, sigma } = level;
  const draw = (mixture: GaussianMixture) => mixture.sample(torchCpu(1), 20_000, level);
  const { mean, covariance } = empirical(draw(plane), 2);
  for (const i of [0, 1]) {
    expect(Math.abs(mean[i]! - alpha * plane.mean[i]!)).toBeLessThan(0.03);
    for (const j of [0, 1]) {
      const exact = alpha ** 2 * plane.covariance[i]![j]! + (i === j ? sigma ** 2 : 0);
      expect(Math.abs(covariance[i]![j]! - exact)).toBeLessThan(0.03);
    }
  }
  expect(draw(plane)).toEqual(draw(plane));
});

test.each(Object.entries(targets))("as a network that predicts %s it leads back to the estimate", async (_, target) => {
  const level = linear().level(400);
  const x = Float32Array.from(points);
  const back = solved(target, level, x, await plane.network(target)(x, level));
  const exact = await plane.denoise(x, level, singleStep);
  back.x0.forEach((v, i) => {
    expect(v).toBeCloseTo(exact.x0[i]!, 4);
  });
});

test("points are a mixture too, wherever there is noise", () => {
  const points = gaussianMixture([
    { mean: [-1], covariance: 0 },
    { mean: [1], covariance: 0 },
  ]);
  const { alpha, sigma } = levels[1]!;
  const x = 0.3;
  expect(points.estimate([x], levels[1]!).x0[0]).toBeCloseTo(Math.tanh((alpha * x) / sigma ** 2), 12);
  expect(() => points.logDensity([0])).toThrow("without variance has no density");
});

test.each([
  ["no component", [], "at least one component"],
  [
    "means of two lengths",
    [
      { mean: [0], covariance: 1 },
      { mean: [0, 1], covariance: 1 },
    ],
    "means of one length",
  ],
  ["a weight of 0", [{ weight: 0, mean: [0], covariance: 1 }], "weights above 0, got 0"],
  ["a negative variance", [{ mean: [0], covariance: [-1] }], "variances of 0 or more, got -1"],
  ["too few variances", [{ mean: [0, 0], covariance: [1] }], "of 2 dimensions has 2 variances, got 1"],
  [
    "rows that are not symmetric",
    [
      {
        mean: [0, 0],
        covariance: [
          [1, 0.5],
          [0, 1],
        ],
      },
    ],
    "symmetric",
  ],
  ["too few rows", [{ mean: [0, 0], covariance: [[1, 0]] }], "2 rows of 2"],
] as const)("%s is refused", (_, components, message) => {
  expect(() => gaussianMixture(components)).toThrow(message);
});

test("what are no rows of the mixture's dimensions is refused", () => {
  expect(() => plane.logDensity([1, 2, 3])).toThrow("3 numbers are no rows of 2");
});
