import { expect, test } from "vitest";
import { flow } from "./flow-schedules.ts";
import { snr } from "./level.ts";
import { targets } from "./prediction.ts";
import { linear } from "./schedules.ts";
import { minSnrWeight } from "./weighting.ts";

const gamma = 5;
const schedule = linear();

test.each([1, 100, 300, 500, 1000])("at t = %i min-SNR weights are those of the paper for each target", (t) => {
  const level = schedule.level(t);
  const ratio = snr(level);
  const least = Math.min(ratio, gamma);
  expect(minSnrWeight(targets.sample, level, gamma) / least).toBeCloseTo(1, 9);
  expect(minSnrWeight(targets.epsilon, level, gamma) / (least / ratio)).toBeCloseTo(1, 9);
  expect(minSnrWeight(targets.v_prediction, level, gamma) / (least / (ratio + 1))).toBeCloseTo(1, 9);
});

test("for a flow an error of the velocity is sigma times one of x0", () => {
  const level = flow().level(300);
  expect(minSnrWeight(targets.flow, level, gamma)).toBeCloseTo(Math.min(snr(level), gamma) * 0.3 ** 2, 9);
});

test("where nothing of the data is left a v-prediction weighs nothing", () => {
  expect(minSnrWeight(targets.v_prediction, { t: 1000, alpha: 0, sigma: 1 }, gamma)).toBe(0);
});
