import { expect, test } from "vitest";
import { idealDenoiser, spread } from "../../../test/gaussian.ts";
import { variancePreserving } from "../process/coordinates.ts";
import type { Level } from "../process/level.ts";
import { targets } from "../process/prediction.ts";
import { cosine } from "../process/schedules.ts";
import { samplers } from "../registry.ts";
import { levelFinder } from "../scheduler.ts";
import type { LevelFinder, Sampler, SamplerStep } from "./loop.ts";

/** Levels even in ln(sigma / alpha), where the errors of all methods are smooth. */
const logEven = (n: number): readonly Level[] =>
  Array.from({ length: n + 1 }, (_, i) => {
    const ratio = 3 * (0.4 / 3) ** (i / n);
    return { t: 0, alpha: 1 / Math.hypot(1, ratio), sigma: ratio / Math.hypot(1, ratio) };
  });

const levelAt = levelFinder({ schedule: cosine({ maxBeta: 0.999 }), coordinates: variancePreserving });
const denoise = idealDenoiser(targets.epsilon);

/** The steps of a walk whose first `starting` ones are put on the exact solution, x = spread. */
async function stepsFromExactStart(
  sampler: Sampler,
  levels: readonly Level[],
  starting: number,
): Promise<readonly SamplerStep[]> {
  const steps: SamplerStep[] = [];
  const x = Float32Array.of(spread(levels[0]!));
  for await (const step of sampler({ x, rows: 1, levels, levelAt, denoise, noise: () => new Float32Array(1) })) {
    if (step.i < starting) step.x[0] = spread(step.next);
    steps.push(step);
  }
  return steps;
}

/** The largest error at the ends of steps. */
async function errorOf(sampler: Sampler, n: number): Promise<number> {
  const steps = await stepsFromExactStart(sampler, logEven(n), n / 4);
  return Math.max(...steps.filter(({ final }) => final).map(({ x, next }) => Math.abs(x[0]! - spread(next))));
}

const { lms, deis, unipc, "sa-solver": saSolver } = samplers;
const predictorOnly = { lowerOrderFinal: false, uncorrected: Array.from({ length: 100 }, (_, i) => i) };

test.each([
  ["dpmpp-2m", 2, samplers["dpmpp-2m"].create()],
  ["lms of order 3", 3, lms.create({ order: 3 })],
  ["lms", 4, lms.create()],
  ["deis", 2, deis.create()],
  ["deis-3", 3, deis.create({ order: 3 })],
  ["unipc, predictor only", 2, unipc.create(predictorOnly)],
  ["unipc, corrected", 3, unipc.create({ lowerOrderFinal: false })],
  ["unipc-3, predictor only", 3, unipc.create({ order: 3, ...predictorOnly })],
  ["unipc-bh1-3, predictor only", 3, unipc.create({ order: 3, variant: "bh1", ...predictorOnly })],
  ["ipndm", 2, samplers.ipndm.create()],
  ["sa-solver without noise, predictor only", 3, saSolver.create({ tau: 0, correctorOrder: 0 })],
  ["sa-solver without noise, corrected", 4, saSolver.create({ tau: 0 })],
  ["unipc-3 of noise, predictor only", 3, unipc.create({ order: 3, predictData: false, ...predictorOnly })],
] as const)("%s has order %i from exact starting values", async (_, order, sampler) => {
  const [coarse, fine] = [await errorOf(sampler, 32), await errorOf(sampler, 48)];
  expect(Math.abs(Math.log(coarse / fine) / Math.log(48 / 32) - order)).toBeLessThan(0.4);
});

test("seeds-3 without noise has order 3, its third stage included", async () => {
  const seeds3 = samplers["seeds-3"].create({ eta: 0 });
  const [coarse, fine] = [await errorOf(seeds3, 8), await errorOf(seeds3, 16)];
  expect(Math.abs(Math.log2(coarse / fine) - 3)).toBeLessThan(0.4);
});

/** Levels even in the noise ratio, from 3 down in steps of h, whose times are the ratios. */
const ratioEven = (n: number, h: number): readonly Level[] =>
  Array.from({ length: n + 1 }, (_, i) => ({ t: 3 - h * i, alpha: 1, sigma: 3 - h * i }));
const ofRatio = (ratio: number): Level => ({ t: ratio, alpha: 1, sigma: ratio });
const ratioAt: LevelFinder = { ratio: ofRatio, time: ofRatio, steps: 3 };

async function evenSteps(sampler: Sampler, levels: readonly Level[]): Promise<readonly SamplerStep[]> {
  const [first = ofRatio(3)] = levels;
  const input = { x: Float32Array.of(spread(first)), rows: 1, levels, levelAt: ratioAt, denoise };
  const steps: SamplerStep[] = [];
  for await (const step of sampler({ ...input, noise: () => new Float32Array(1) })) if (step.final) steps.push(step);
  return steps;
}

test("for even steps ipndm has the weights of every order that lms solves for", async () => {
  const levels = ratioEven(8, 0.3);
  const [even, solved] = [await evenSteps(samplers.ipndm.create(), levels), await evenSteps(lms.create(), levels)];
  expect(even.length).toBe(8);
  for (const [i, { x }] of even.entries()) expect(x[0]! - solved[i]!.x[0]!).toBeCloseTo(0, 6);
});

test("the Runge-Kutta steps of pndm have order 4 where the time is the noise ratio", async () => {
  const errorOfFirst = async (h: number) => {
    const [step] = await evenSteps(samplers.pndm.create(), ratioEven(5, h));
    return Math.abs(step!.x[0]! - spread(step!.next));
  };
  const [coarse, fine] = [await errorOfFirst(0.58), await errorOfFirst(0.58 / 1.5)];
  expect(Math.abs(Math.log(coarse / fine) / Math.log(1.5) - 5)).toBeLessThan(0.7); // of one step
});

/** Half the log-SNR, which is lambda. */
const lambda = ({ alpha, sigma }: Level): number => Math.log(alpha / sigma);

/**
 * One step of DPM-Solver++ or DPM-Solver of three evaluations as Lu et al.'s program, k-diffusion and diffusers compute it:
 * D2 is a divided difference, half of h^2 m'', so the step has order 2.
 */
function publishedStep(predicts: "x0" | "eps", x: number, m: readonly number[], levels: readonly Level[]): number {
  const [t, s0, s1, s2] = levels.toReversed() as [Level, Level, Level, Level];
  const h = lambda(t) - lambda(s0);
  const [r0, r1] = [(lambda(s0) - lambda(s1)) / h, (lambda(s1) - lambda(s2)) / h];
  const [d10, d11] = [(m[0]! - m[1]!) / r0, (m[1]! - m[2]!) / r1];
  const [d0, d1, d2] = [m[0]!, d10 + (r0 / (r0 + r1)) * (d10 - d11), (d10 - d11) / (r0 + r1)];
  if (predicts === "eps") {
    const e = Math.expm1(h);
    return (t.alpha / s0.alpha) * x - t.sigma * (e * d0 + (e / h - 1) * d1 + ((e - h) / h ** 2 - 0.5) * d2);
  }
  const e = Math.expm1(-h);
  return (t.sigma / s0.sigma) * x - t.alpha * (e * d0 - (e / h + 1) * d1 + ((e + h) / h ** 2 - 0.5) * d2);
}

/** The third prediction if all three lay on a line, so that D2 is 0. */
function extrapolate(m: readonly number[], [s0, s1, s2]: readonly Level[]): number {
  const slope = (m[0]! - m[1]!) / (lambda(s0!) - lambda(s1!));
  return m[1]! - slope * (lambda(s1!) - lambda(s2!));
}

test.each([
  ["dpmpp-3m", "x0"],
  ["dpm-3m", "eps"],
] as const)("%s takes the published third-order term", async (name, predicts) => {
  const [n, last] = [6, 4];
  const uneven = logEven(3 * n).filter((_, i) => [0, 2, 3, 6, 8, 9, 13].includes(i));
  const steps = await stepsFromExactStart(samplers[name].create(), uneven, last);
  const past = [last, last - 1, last - 2].map((i) => uneven[i]!);
  const m = await Promise.all(
    past.map(async (level, k) => {
      const estimate = await denoise(Float32Array.of(spread(level)), level, { i: last - k, n });
      return estimate[predicts][0]!;
    }),
  );
  const expected = publishedStep(predicts, spread(uneven[last]!), m, uneven.slice(last - 2, last + 2));
  expect(steps[last]!.x[0]! - expected).toBeCloseTo(0, 6);
  const withoutThird = publishedStep(
    predicts,
    spread(uneven[last]!),
    [m[0]!, m[1]!, extrapolate(m, past)],
    [...uneven.slice(last - 2, last + 2)],
  );
  expect(Math.abs(withoutThird - expected)).toBeGreaterThan(2e-5); // large enough to be seen
});
