import { gaussianMixture, samplers, scheduleNamed, scheduleNames, schedules } from "aquatint/diffusion";
import { expect, test } from "vitest";
import type { ElboTerm } from "../elbo/index.ts";
import { probabilityFlow } from "./flow.ts";
import { filled, visitedTimes } from "./pixel-elbo.ts";
import { trajectories } from "./sampling.ts";

test("the probability flow of a normal carries x in proportion to its spread, from pure noise too", () => {
  const normal = gaussianMixture([{ mean: [0, 0], covariance: [0.36, 0.04] }]);
  const [from, to] = [schedules.cosine().level(1000), schedules.cosine().level(30)];
  const spread = (variance: number) => Math.sqrt(to.alpha ** 2 * variance + to.sigma ** 2);
  const x = probabilityFlow(normal, [1, -2], { from, to, steps: 400 });
  expect(x[0]).toBeCloseTo(spread(0.36), 8);
  expect(x[1]).toBeCloseTo(-2 * spread(0.04), 8);
});

test("every t is visited where few are asked, then ever fewer, T among them", () => {
  const times = [...visitedTimes(1000, 30)];
  expect(times.slice(0, 10)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(Math.max(...times)).toBe(1000);
  expect(times.length).toBeLessThanOrEqual(30);
  expect([...visitedTimes(8, 1000)].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test("terms that are missing are taken from their neighbors: a power of t is summed exactly", () => {
  const term = (t: number): ElboTerm => ({ part: "denoising matching", t, bits: 3 / t ** 2 });
  const all = Array.from({ length: 99 }, (_, i) => term(i + 2));
  const some = all.filter(({ t }) => t < 8 || t % 23 === 0 || t === 100);
  const expected = all.reduce((sum, { bits }) => sum + bits, 0);
  expect(filled(some).denoisingMatching).toBeCloseTo(expected, 12);
});

test("every schedule has its name, and one that is none is refused with the nearest", () => {
  for (const name of scheduleNames) expect(scheduleNamed(name).name).toBe(name);
  expect(() => scheduleNamed("lineal")).toThrow('there is no schedule "lineal"');
});

test("a sampler that chooses its steps walks point by point, from the same noise to where the flow leads", async () => {
  const options = { points: 3, seed: 5, schedule: schedules.cosine({ maxBeta: 0.999 }) };
  const adaptive = await trajectories(samplers["dpm-adaptive"], options);
  const fine = await trajectories(samplers["dpmpp-2m"], { ...options, steps: 400 });
  expect(adaptive.map(([start]) => start)).toEqual(fine.map(([start]) => start));
  for (const [i, way] of adaptive.entries()) {
    const [end, exact] = [way.at(-1)!, fine[i]!.at(-1)!];
    expect(Math.hypot(end[0] - exact[0], end[1] - exact[1])).toBeLessThan(0.05); // the relative tolerance of its steps
    expect(way.length).toBeGreaterThan(3);
  }
});
