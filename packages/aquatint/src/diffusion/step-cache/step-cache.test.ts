import { describe, expect, test } from "vitest";
import { idealDenoiser } from "../../../test/gaussian.ts";
import { schedulerSettings } from "../diffusers/scheduler-config.ts";
import type { Denoiser } from "../process/denoiser.ts";
import { type Latent, lin } from "../process/latent.ts";
import type { Level } from "../process/level.ts";
import { type SamplerName, samplerNamed, samplers } from "../registry.ts";
import { scheduler } from "../scheduler.ts";
import { withSampler } from "../with-sampler.ts";
import { cachedDenoiser } from "./cached-denoiser.ts";
import type { StepCacheEntry } from "./define-step-cache.ts";
import { checkStepCache, stepCacheOf, stepCaches } from "./registry.ts";

const STEPS = 20;
const target = ({ alpha, sigma }: Level) => [-sigma, alpha] as const; // v
const entries = Object.values(stepCaches).map((entry) => [entry.name, entry] as const);
const noise = (seed: number): Latent => Float32Array.from({ length: 64 }, (_, i) => 1.4 * Math.sin(7.3 * i + seed));

const published = schedulerSettings({ _class_name: "DDIMScheduler" });

/** A walk of a sampler over the best network for Gaussian data, and how often that is called. */
async function sampled(sampler: SamplerName, entry?: StepCacheEntry) {
  const settings = { ...withSampler(published, sampler), target };
  const ideal = idealDenoiser(target);
  let evaluations = 0;
  let points = 0;
  const loop = scheduler(settings).run({
    steps: STEPS,
    x: noise(0),
    rows: 1,
    noise: () => noise(1),
    cache: entry && ((denoise) => cachedDenoiser(denoise, { forecast: entry.create() })),
    observe: () => points++,
    async network(x, _t, { level }) {
      evaluations++;
      const scale = Math.hypot(level.alpha, level.sigma);
      const unit = { t: level.t, alpha: level.alpha / scale, sigma: level.sigma / scale };
      const { x0, eps } = await ideal(x, unit, { i: 0, n: 1 });
      const output = lin([-unit.sigma, x0], [unit.alpha, eps]);
      return { output, unconditional: output };
    },
  });
  for (let result = await loop.next(); ; result = await loop.next()) {
    if (result.done) return { x: result.value, evaluations, points };
  }
}

describe.each(entries)("the step cache %s", (name, entry) => {
  const cache = stepCacheOf({ name });

  test.each(Object.keys(samplers) as SamplerName[])("saves evaluations of %s, or refuses it", async (sampler) => {
    const { adaptive = false, extraSteps } = samplerNamed(sampler).entry;
    if (adaptive || extraSteps) {
      const refused = expect.objectContaining({
        code: "step-cache/sampler",
        message: expect.stringContaining(sampler),
      });
      return expect(() => checkStepCache(cache, { sampler: samplers[sampler], rows: 1 })).toThrow(refused);
    }
    checkStepCache(cache, { sampler: samplers[sampler], rows: 1 });
    const [plain, cached] = [await sampled(sampler), await sampled(sampler, entry)];
    expect(cached.points).toBe(plain.points);
    expect(plain.evaluations).toBe(plain.points);
    expect(cached.evaluations).toBeLessThan(plain.evaluations);
    expect(cached.x.every(Number.isFinite)).toBe(true);
    if (samplers[sampler].stochastic) return; // the same noise again and again is no noise
    const squares = cached.x.map((v, i) => (v - plain.x[i]!) ** 2);
    expect(Math.sqrt(squares.reduce((sum, v) => sum + v, 0) / squares.length)).toBeLessThan(0.25);
  });

  test("evaluates more the lower its threshold, and everything within its bounds alone", async () => {
    const count = async (options: Record<string, number>) => {
      const started = { ...entry, create: () => entry.create(options) };
      return (await sampled("euler", started)).evaluations;
    };
    expect(await count({ start: 1 })).toBe(STEPS);
    expect(await count({ end: 0 })).toBe(STEPS);
    if (!("threshold" in entry.options)) return;
    expect(await count({ threshold: 1e-9 })).toBe(STEPS);
    expect(await count({ threshold: 1e9 })).toBeLessThan(await count({ threshold: 0.02 }));
  });

  test("takes a batch if it looks at no image, and refuses one otherwise", () => {
    const check = () => checkStepCache(cache, { sampler: samplers.euler, rows: 2 });
    if (entry.adaptive) expect(check).toThrow(expect.objectContaining({ code: "step-cache/rows" }));
    else expect(check).not.toThrow();
  });
});

test("an unknown step cache and its options are refused by name", () => {
  expect(() => stepCacheOf({ name: "esay" })).toThrow(
    expect.objectContaining({ code: "step-cache/unknown", hint: expect.stringContaining('did you mean "easy"') }),
  );
  expect(() => stepCacheOf({ name: "easy", thresold: 1 })).toThrow('the step cache "easy" takes no option "thresold"');
  expect(() => stepCacheOf({ name: "spectrum", degree: 0 })).toThrow(
    'the option "degree" of the step cache "spectrum"',
  );
});

describe("a denoiser with a cache", () => {
  const level: Level = { t: 0, alpha: 0.6, sigma: 0.8 };
  const estimates: Denoiser = async (x, at) => {
    const part = (k: number) => ({ x0: lin([k, x]), eps: lin([(1 - k * at.alpha) / at.sigma, x]) });
    return { ...part(0.5), unconditional: part(0.25), variance: lin([3, x]) };
  };
  const x = Float32Array.of(1, -2);

  test("combines every part of what was estimated, and the noise follows from x", async () => {
    const denoise = cachedDenoiser(estimates, { forecast: (_, { length }) => (length === 2 ? [2, -1] : undefined) });
    await denoise(Float32Array.of(8, 8), level, { i: 0, n: 3 });
    await denoise(Float32Array.of(4, 2), level, { i: 1, n: 3 });
    const { x0, eps, unconditional, variance } = await denoise(x, level, { i: 2, n: 3 });
    expect([x0, unconditional?.x0, variance]).toEqual(
      [
        [0, -2],
        [0, -1],
        [0, -12],
      ].map((v) => Float32Array.from(v)),
    );
    for (const [i, v] of x.entries()) expect(level.alpha * x0[i]! + level.sigma * eps[i]!).toBeCloseTo(v, 6);
  });

  test("forgets what it was told under other conditions", async () => {
    const lengths: number[] = [];
    const denoise = cachedDenoiser(estimates, {
      forecast: (_, { length }) => void lengths.push(length),
      conditions: ({ i }) => [i < 2 ? "a cat" : "a dog"],
    });
    for (const i of [0, 1, 2, 3]) await denoise(x, level, { i, n: 4 });
    expect(lengths).toEqual([0, 1, 0, 1]);
  });
});
