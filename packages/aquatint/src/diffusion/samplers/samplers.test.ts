import { describe, expect, test } from "vitest";
import { deviation, idealDenoiser, spread } from "../../../test/gaussian.ts";
import { torchCpu } from "../../math/random.ts";
import { variancePreserving } from "../process/coordinates.ts";
import type { Level, Schedule } from "../process/level.ts";
import { checkSolvable, targets } from "../process/prediction.ts";
import { betaSchedules, cosine, linear } from "../process/schedules.ts";
import { samplers } from "../registry.ts";
import type { SamplerEntry, SamplerPreset } from "../samplers/define-sampler.ts";
import { levelFinder } from "../scheduler.ts";
import { levels } from "../spacing/spacing.ts";
import { ddim, ddpm, heun, renoise } from "./index.ts";
import type { Sampler, SamplerInput, SamplerStep } from "./loop.ts";

const entries = Object.entries<SamplerEntry>(samplers);
const denoise = idealDenoiser(targets.v_prediction);
const noNoise = () => new Float32Array(1);
const finder = (schedule: Schedule) => levelFinder({ schedule, coordinates: variancePreserving });
const levelAt = finder(cosine({ maxBeta: 0.999 }));

async function run(sampler: Sampler, input: SamplerInput): Promise<{ steps: SamplerStep[]; x: Float32Array }> {
  const steps: SamplerStep[] = [];
  const loop = sampler(input);
  for (let next = await loop.next(); ; next = await loop.next()) {
    if (next.done) return { steps, x: next.value };
    steps.push(next.value);
  }
}

/** 1 - 1 / 18 of the cosine's way, on which its levels are smooth and both ends finite. */
const smooth = (n: number): readonly Level[] =>
  Array.from({ length: n + 1 }, (_, i) => cosine().level(900 - (850 * i) / n));

/**
 * Error of the probability flow, whose solution is the spread: the mean at four levels on the way, where groups of two or
 * three steps end for every n that is divided by 12.
 */
async function flowError(sampler: Sampler, n: number): Promise<number> {
  const grid = smooth(n);
  const start = Float32Array.of(spread(grid[0]!));
  const { steps } = await run(sampler, { x: start, rows: 1, levels: grid, denoise, noise: noNoise, levelAt });
  const ends = steps.filter(({ final, i }) => final && (i + 1) % (n / 4) === 0);
  return ends.reduce((sum, { x, next }) => sum + Math.abs(x[0]! - spread(next)), 0) / ends.length;
}

const linearAt = finder(linear());

/** A walk over `grid`: the loop is linear, so one element follows the start and one each fresh noise, exactly. */
async function variances(sampler: Sampler, grid: readonly Level[], at = linearAt) {
  let draws = 0;
  const path = (size: number) => {
    const unit = (k: number, value = 1) => new Float32Array(size).map((_, i) => (i === k ? value : 0));
    draws = 0;
    const x0 = unit(0, spread(grid[0]!));
    return run(sampler, { x: x0, rows: 1, levels: grid, denoise, noise: () => unit(++draws), levelAt: at });
  };
  await path(1); // counts the draws
  const { steps, x } = await path(1 + draws);
  return { steps, last: varianceOf(x) };
}

const varianceOf = (x: Float32Array): number => x.reduce((sum, v) => sum + v * v, 0);

const finalVariance = async (sampler: Sampler, grid: readonly Level[]): Promise<number> =>
  (await variances(sampler, grid)).last;

/** The largest error of x's variance, as a share of it, at twelve levels on the way; those of one may have any sign. */
async function varianceError(sampler: Sampler, n: number): Promise<number> {
  const { steps } = await variances(sampler, smooth(n), levelAt);
  const ends = steps.filter(({ final, i }) => final && (i + 1) % (n / 12) === 0);
  return Math.max(...ends.map(({ x, next }) => Math.abs(varianceOf(x) / spread(next) ** 2 - 1)));
}

/** Every sampler with its own options and with those that an alias fixes. */
const variants = entries
  .filter(([, { adaptive = false }]) => !adaptive)
  .flatMap(([name, entry]) =>
    Object.entries<SamplerPreset>({ [name]: {}, ...entry.aliases })
      .filter(([alias, { options }]) => alias === name || options)
      .map(([alias, { options = {}, order = entry.order }]) => {
        const stochastic = entry.stochastic || Number(options["eta"] ?? 0) > 0;
        return { alias, order, stochastic, create: () => entry.create(options) };
      }),
  );

/** Third-order steps that no name chooses. */
const unnamed = (["dpm-3s", "dpmpp-3s"] as const).map((name) => ({
  alias: `${name} of type heun`,
  order: 3,
  stochastic: false,
  create: () => samplers[name].create({ solverType: "heun" }),
}));

/** The slope of ln(error) against -ln(n), fitted over the resolutions. */
async function fittedOrder(error: (n: number) => Promise<number>, ns: readonly number[]): Promise<number> {
  const xs = ns.map((n) => -Math.log(n));
  const ys = (await Promise.all(ns.map(error))).map((e) => Math.log(Math.abs(e)));
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(xs), mean(ys)];
  return xs.reduce((sum, x, i) => sum + (x - mx) * (ys[i]! - my), 0) / xs.reduce((sum, x) => sum + (x - mx) ** 2, 0);
}

test.each([...variants, ...unnamed])(
  "$alias converges at its declared order $order",
  async ({ create, order, stochastic }) => {
    const measured = stochastic
      ? fittedOrder((n) => varianceError(create(), n), [192, 384, 768])
      : fittedOrder((n) => flowError(create(), n), [48, 96, 192]);
    expect(Math.abs((await measured) - order)).toBeLessThan(0.35);
  },
);

const exact = variants.filter(({ stochastic, order }) => stochastic && order > 0);

test.each(exact)("$alias ends with the data's variance", async ({ create }) => {
  const of = (steps: number) => finalVariance(create(), levels({ schedule: linear(), steps }));
  expect(Math.abs((await of(500)) / deviation ** 2 - 1)).toBeLessThan(0.03);
});

describe.each(entries)(
  "%s",
  (name, { create, stochastic, evaluations, adaptive = false, extraEvaluations = 0, extraSteps = () => 0 }) => {
    const path = levels({ schedule: cosine(), steps: 12 });
    const seeded = (seed: number): SamplerInput => {
      const stream = torchCpu(seed);
      return { x: torchCpu(0).randn(6), rows: 1, levels: path, denoise, noise: () => stream.randn(6), levelAt };
    };

    const evenSteps = adaptive ? [] : [path];
    test.each(evenSteps.map((all) => [all] as const))(
      "yields after every evaluation and says where it is",
      async (all) => {
        const unfinished = all.slice(1, -1);
        const starts = unfinished.slice(0, -1);
        const { steps, x } = await run(create(), { ...seeded(1), levels: unfinished });
        const n = starts.length + extraSteps(starts.length);
        expect(steps).toHaveLength(evaluations * n + extraEvaluations);
        const last = steps.filter(({ final }) => final);
        expect(last.map(({ i }) => i)).toEqual(Array.from({ length: n }, (_, i) => i));
        const among = (allowed: readonly Level[], visited: readonly Level[]) => [
          ...new Set(visited.filter((level) => allowed.includes(level))),
        ];
        expect(
          among(
            unfinished,
            last.map(({ next }) => next),
          ),
        ).toEqual(unfinished.slice(1));
        expect(
          among(
            starts,
            last.map(({ i }) => steps.find((step) => step.i === i)!.level),
          ),
        ).toEqual(starts);
        expect(steps.every((step) => step.n === n)).toBe(true);
        expect(x).toBe(steps.at(-1)!.x);
      },
    );

    test("gives the same x for the same seed, and another for another seed only if it is stochastic", async () => {
      const results = await Promise.all([1, 1, 2].map(async (seed) => (await run(create(), seeded(seed))).x));
      expect(results[1]).toEqual(results[0]);
      if (stochastic) expect(results[2]).not.toEqual(results[0]);
      else expect(results[2]).toEqual(results[0]);
    });

    test("gives the same x whatever the network predicts", async () => {
      const schedule = cosine({ maxBeta: 0.999 });
      const grid = levels({ schedule, steps: 12 }).slice(1);
      const [first, ...rest] = await Promise.all(
        Object.values(targets).map((target) =>
          run(create(), { ...seeded(3), levels: grid, denoise: idealDenoiser(target) }),
        ),
      );
      for (const { x } of rest)
        x.forEach((v, i) => {
          expect(v).toBeCloseTo(first!.x[i]!, 4);
        });
    });

    test.each([1, 2, 3, 1000])(
      "stays finite over %i steps, in every schedule and prediction that can work",
      async (steps) => {
        for (const make of Object.values(betaSchedules)) {
          for (const target of Object.values(targets)) {
            const schedule = make({});
            const grid = levels({ schedule, steps });
            const singular = schedule.alphaBar(1000) === 0 && target === targets.epsilon;
            if (singular) expect(() => checkSolvable(target, grid.slice(0, -1))).toThrow("tells nothing new");
            else {
              const { x } = await run(create(), {
                ...seeded(4),
                levels: grid,
                levelAt: finder(schedule),
                denoise: idealDenoiser(target),
              });
              expect(x.every(Number.isFinite)).toBe(true);
            }
          }
        }
      },
    );

    test("stops when aborted: before, between evaluations, and during one that never ends", async () => {
      const reason = new Error("enough");
      const controller = new AbortController();
      const { signal } = controller;
      const loop = create()({ ...seeded(5), signal });
      await loop.next();
      controller.abort(reason);
      await expect(loop.next()).rejects.toBe(reason);
      await expect(run(create(), { ...seeded(5), signal })).rejects.toBe(reason);

      const late = new AbortController();
      const stuck = run(create(), { ...seeded(5), denoise: () => new Promise(() => {}), signal: late.signal });
      late.abort(reason);
      await expect(stuck).rejects.toBe(reason);
    });

    test("is described for people", () => {
      const { title, reference } = samplers[name as keyof typeof samplers];
      expect(title).toMatch(/^[A-Z]/);
      expect(reference).toMatch(/\d{4}.*arXiv:\d{4}\.\d{5}/);
    });
  },
);

const input = (): SamplerInput => {
  const stream = torchCpu(7);
  return {
    x: torchCpu(6).randn(8),
    rows: 1,
    levels: levels({ schedule: linear(), steps: 15 }),
    denoise,
    noise: () => stream.randn(8),
    levelAt: linearAt,
  };
};

test("ddim at eta = 1 is ddpm with the small variance", async () => {
  const [a, b] = [await run(ddim.create({ eta: 1 }), input()), await run(ddpm.create({ variance: "small" }), input())];
  a.x.forEach((v, i) => {
    expect(v).toBeCloseTo(b.x[i]!, 5);
  });
});

test("ddpm with the large variance adds the forward step's, and none in the last step", async () => {
  const grid = [linear().level(2), linear().level(1)];
  const only = (variance: "small" | "large") => finalVariance(ddpm.create({ variance }), grid);
  const beta = 1 - linear().alphaBar(2) / linear().alphaBar(1);
  const small = (beta * (1 - linear().alphaBar(1))) / (1 - linear().alphaBar(2));
  expect(((await only("large")) - (await only("small"))) / (beta - small)).toBeCloseTo(1, 2);
  const last = levels({ schedule: linear(), steps: 1 });
  expect(await finalVariance(ddpm.create({ variance: "large" }), last)).toBe(await finalVariance(ddpm.create(), last));
});

test("renoise is x_t-1 = alpha_t-1 x0_hat + sigma_t-1 eps", async () => {
  const { steps } = await run(renoise.create(), input());
  const eps = torchCpu(7);
  for (const { x, x0, next } of steps.slice(0, -1)) {
    const z = eps.randn(8);
    x.forEach((v, i) => {
      expect(v).toBeCloseTo(next.alpha * x0[i]! + next.sigma * z[i]!, 5);
    });
  }
  expect(steps.at(-1)!.x).toEqual(steps.at(-1)!.x0);
});

test("heun in straight coordinates keeps order 2, from pure noise too", async () => {
  const error = async (n: number) => {
    const grid = Array.from({ length: n + 1 }, (_, i) => cosine().level(1000 - (900 * i) / n));
    const sampler = heun.create({ coordinates: "flow-matching" });
    const { x } = await run(sampler, {
      x: Float32Array.of(spread(grid[0]!)),
      rows: 1,
      levels: grid,
      denoise,
      noise: noNoise,
      levelAt,
    });
    return Math.abs(x[0]! - spread(grid[n]!));
  };
  expect(Math.log2((await error(20)) / (await error(40)))).toBeGreaterThan(1.7);
});

test("an eta outside 0 .. 1 is refused", () => {
  expect(() => ddim.create({ eta: 1.5 })).toThrow('the option "eta" of the sampler "ddim" is 1.5, expected 0 .. 1');
});
