import { expect, test } from "vitest";
import { noiseRatio } from "../process/coordinates.ts";
import { cleanLevel, type Level } from "../process/level.ts";
import { linear } from "../process/schedules.ts";
import { leading, levels, linspaced, trailing } from "./spacing.ts";
import { spacings } from "./spacings.ts";

const schedule = linear();
const times = (visited: readonly Level[]) => visited.map(({ t }) => t);

// Times are indices + 1; the indices are diffusers' for 1000 steps.
test.each([
  ["trailing", 4, trailing(), [999, 749, 499, 249]],
  ["trailing", 7, trailing(), [999, 856, 713, 570, 428, 285, 142]],
  ["leading", 4, leading(), [750, 500, 250, 0]],
  ["leading from 1", 7, leading({ offset: 1 }), [853, 711, 569, 427, 285, 143, 1]],
  ["linspace", 7, linspaced(), [999, 832, 666, 500, 333, 166, 0]],
])("%s over %i steps visits diffusers' indices", (_, steps, spacing, indices) => {
  expect(spacing(schedule, steps).map(({ t }) => schedule.timestep(t))).toEqual(indices);
});

/** Times may repeat where a table of sigmas goes beyond the schedule. */
test.each(Object.entries(spacings))("the sigmas of %s fall for every number of steps, 1 to T", (_, spacing) => {
  const small = linear({ steps: 60 });
  for (let steps = 1; steps <= 60; steps++) {
    const visited = levels({ schedule: small, steps, spacing: spacing({}) });
    expect(visited).toHaveLength(steps + 1);
    const sigmas = visited.map(noiseRatio);
    expect(sigmas.every((sigma, i) => i === 0 || sigma < sigmas[i - 1]!)).toBe(true);
    expect(times(visited).every((t, i, all) => i === 0 || t <= all[i - 1]!)).toBe(true);
  }
});

test("levels go trailing to clean data unless told otherwise", () => {
  expect(times(levels({ schedule, steps: 2 }))).toEqual([1000, 500, 0]);
  expect(levels({ schedule, steps: 3 }).at(-1)).toEqual(cleanLevel);
  expect(times(levels({ schedule, steps: 2, spacing: leading(), finalLevel: schedule.level(1) }))).toEqual([501, 1, 1]);
});

test.each([0, 1.5, 1001, Number.NaN])("%d steps are refused", (steps) => {
  expect(() => levels({ schedule, steps })).toThrow(`expected 1 to 1000 whole steps, got ${steps}`);
});
