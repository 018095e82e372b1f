import { expect, test } from "vitest";
import { clipX0, composedOutput, dynamicThreshold, guidedOutput, recomputeEps } from "./guidance.ts";
import { type Denoiser, denoiser, type Network, singleStep } from "./process/denoiser.ts";
import type { Level } from "./process/level.ts";
import { targets } from "./process/prediction.ts";

const level: Level = { t: 1, alpha: 0.8, sigma: 0.6 };
const x = Float32Array.of(0.5, -2);
const constant =
  (...values: readonly number[]): Network =>
  async () =>
    Float32Array.from(values);

const [without, withPrompt] = [Float32Array.of(2, -1), Float32Array.of(1, 3)];

test("guidance goes beyond the conditional output by its scale, and keeps the unconditional one", () => {
  const { output, unconditional } = guidedOutput(without, withPrompt, { scale: 7.5 });
  expect(Array.from(output)).toEqual([2 + 7.5 * (1 - 2), -1 + 7.5 * (3 + 1)]);
  expect(unconditional).toBe(without);
});

test("at scale 1 only the conditional output counts, at 0 only the other", () => {
  expect(guidedOutput(without, withPrompt, { scale: 1 }).output).toEqual(withPrompt);
  expect(guidedOutput(without, withPrompt, { scale: 0 }).output).toEqual(without);
});

test("prompts are joined by the weighted sum of what each adds, and guided as one", () => {
  const other = Float32Array.of(4, 0);
  const conditionals = [withPrompt, other];
  const composed = composedOutput({ unconditional: without, conditionals, weights: [1.5, -0.5] });
  expect(Array.from(composed)).toEqual([2 + 1.5 * -1 - 0.5 * 2, -1 + 1.5 * 4 - 0.5 * 1]);
  const { output } = guidedOutput(without, composed, { scale: 4 });
  expect(Array.from(output)).toEqual([2 + 4 * (1.5 * -1 - 0.5 * 2), -1 + 4 * (1.5 * 4 - 0.5 * 1)]);
  expect(Array.from(composedOutput({ conditionals, weights: [0.25, 0.75] }))).toEqual([3.25, 0.75]);
  expect(composedOutput({ unconditional: without, conditionals: [withPrompt], weights: [1] })).toEqual(withPrompt);
});

test("rescaled guidance has the conditional output's deviation, in its share", () => {
  const deviation = ([a, b]: Float32Array) => Math.abs(a! - b!) / 2;
  const plain = guidedOutput(without, withPrompt, { scale: 4 }).output;
  const of = (rescale: number) => deviation(guidedOutput(without, withPrompt, { scale: 4, rescale }).output);
  expect(of(1)).toBeCloseTo(deviation(withPrompt), 5);
  expect(of(0.7)).toBeCloseTo(0.7 * deviation(withPrompt) + 0.3 * deviation(plain), 5);
  expect(() => of(1.5)).toThrow("the guidance rescale must lie in 0 .. 1, got 1.5");
});

test("clipping bounds x0 and leaves eps as it was", async () => {
  const plain = denoiser(constant(0.5, 0.25), targets.epsilon);
  const [raw, cut] = [await plain(x, level, singleStep), await clipX0(plain)(x, level, singleStep)];
  expect(raw.x0[1]).toBeLessThan(-2);
  expect([cut.x0[0], cut.x0[1]]).toEqual([raw.x0[0], -1]);
  expect(cut.eps).toEqual(raw.eps);
  expect((await clipX0(plain, 2)(x, level, singleStep)).x0[1]).toBe(-2);
});

test("dynamic thresholding clips at a quantile of |x0| and scales back to 1", async () => {
  const belief: Denoiser = async () => ({ x0: Float32Array.of(-4, 1, 2, 0.5, 3), eps: x });
  const { x0, eps } = await dynamicThreshold(belief, { quantile: 0.5, max: 10 })(x, level, singleStep);
  expect(Array.from(x0)).toEqual([-1, 0.5, 1, 0.25, 1]);
  expect(eps).toBe(x);
  expect(Array.from((await dynamicThreshold(belief)(x, level, singleStep)).x0)).toEqual([-1, 1, 1, 0.5, 1]);
});

test("reconciled noise makes x of the bounded data again", async () => {
  const plain = denoiser(constant(0.5, 0.25), targets.epsilon);
  const { x0, eps } = await recomputeEps(clipX0(plain))(x, level, singleStep);
  x.forEach((v, i) => {
    expect(level.alpha * x0[i]! + level.sigma * eps[i]!).toBeCloseTo(v, 6);
  });
});
