import { expect, test } from "vitest";
import { emaDecayAt, learningRateAt, type RateOptions, ratesAt } from "./rates.ts";

const options: RateOptions = {
  learningRate: 0.5,
  warmupSteps: 10,
  steps: 110,
  finalShare: 0.1,
  weightDecay: 0.2,
  emaDecay: 0.9,
  clipNorm: 1,
};

test.each([
  [1, 0.05],
  [10, 0.5],
  [60, 0.275],
  [110, 0.05],
  [500, 0.05],
])("the learning rate at step %i is %f", (step, rate) => {
  expect(learningRateAt(step, options)).toBeCloseTo(rate, 12);
});

test.each([
  [1, 0],
  [2, 2 / 11],
  [10, 10 / 19],
  [1000, 0.9],
])("the moving average at step %i keeps %f", (step, decay) => {
  expect(emaDecayAt(step, options)).toBeCloseTo(decay, 12);
});

test("Adam's corrections are those of the step", () => {
  const { keep, step, root } = ratesAt(10, { ...options, beta1: 0.8, beta2: 0.99 });
  expect(keep).toBeCloseTo(1 - 0.5 * 0.2, 12);
  expect(step).toBeCloseTo(0.5 / (1 - 0.8 ** 10), 12);
  expect(root).toBeCloseTo(1 / Math.sqrt(1 - 0.99 ** 10), 12);
});
