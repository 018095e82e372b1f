import { expect, test } from "vitest";
import { adamW } from "../optimizers/adamw.ts";
import { createLearningRateSchedule, learningRateScheduleConfig } from "./learning-rates.ts";
import { averageDecayAt, type RatedGroup, rateFeeds, rateShareAt } from "./step-feeds.ts";

const schedule = (config: object) => createLearningRateSchedule(learningRateScheduleConfig.parse(config));

test.each([
  [{ name: "cosine", final_share: 0.1 }, [1, 0.55, 0.1]],
  [{ name: "linear", final_share: 0.2 }, [1, 0.6, 0.2]],
  [{ name: "constant" }, [1, 1, 1]],
  [{ name: "step", at: [0.5, 0.9], factor: 0.1 }, [1, 0.1, 0.01]],
])("the schedule %o at the start, the middle and the end", (config, expected) => {
  const share = schedule(config);
  for (const [i, value] of expected.entries()) expect(share(i / 2)).toBeCloseTo(value, 12);
});

test.each([
  [1, 0, 0.1],
  [10, 0, 1],
  [11, 0.5, 0.5],
  [500, 3, 0],
])("at step %i, %f through the run, the rate is a share of %f", (step, progress, share) => {
  const actual = rateShareAt(step, { warmupSteps: 10, schedule: schedule({ name: "cosine" }), progress });
  expect(actual).toBeCloseTo(share, 12);
});

test.each([
  [1, 0],
  [2, 2 / 11],
  [10, 10 / 19],
  [1000, 0.9],
])("the moving average of horizon 10 keeps %f at update %i", (update, decay) => {
  expect(averageDecayAt(update, { horizon: 10, warmup: true })).toBeCloseTo(decay, 12);
  expect(averageDecayAt(update, { horizon: 10, warmup: false })).toBeCloseTo(0.9, 12);
});

test("the feeds hold Adam's corrections of the update, by the group's name", () => {
  const group: RatedGroup = {
    name: "all",
    parameters: new Map(),
    optimizer: adamW({ beta1: 0.8, beta2: 0.99 }),
    learningRate: 0.5,
    weightDecay: 0.2,
    average: true,
    averageRate: { horizon: 10, warmup: false },
  };
  const feeds = rateFeeds([group], 2, { update: 10, share: 0.5 });
  const value = (name: string) => feeds[name]!.data[0];
  expect(value("rate.clip")).toBe(2);
  expect(value("rate.all.decay")).toBeCloseTo(1 - 0.25 * 0.2, 6);
  expect(value("rate.all.stepSize")).toBeCloseTo(0.25 / (1 - 0.8 ** 10), 6);
  expect(value("rate.all.biasCorrection2")).toBeCloseTo(1 / Math.sqrt(1 - 0.99 ** 10), 6);
  expect(value("rate.all.average")).toBeCloseTo(0.9, 6);
});
