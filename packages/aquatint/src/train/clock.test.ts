import { expect, test } from "vitest";
import { runClock } from "./clock.ts";

/** A clock whose steps take so many seconds, with work of `between` seconds after each. */
function walked(steps: readonly number[], { between = 0 } = {}) {
  let ms = 5e6;
  const clock = runClock({ now: () => ms, before: 100 });
  const gaps = steps.map((seconds) => {
    clock.begin();
    ms += seconds * 1000;
    const { gap } = clock.lap();
    ms += between * 1000;
    return gap;
  });
  return { clock, gaps };
}

test("time goes on from before, and what is left follows the steps and the work between them", () => {
  const { clock } = walked(Array(20).fill(2), { between: 0.5 });
  expect(clock.seconds()).toBeCloseTo(150, 9);
  expect(clock.left(100)).toBeCloseTo(250, 9);
  expect(runClock().left(10)).toBeUndefined();
});

test("a night's sleep is a gap: neither the time nor what is left counts it", () => {
  const { clock, gaps } = walked([...Array(20).fill(2), 8 * 3600, ...Array(5).fill(2)]);
  expect(gaps.filter((gap) => gap > 0)).toEqual([8 * 3600 - 2]);
  expect(clock.seconds()).toBeCloseTo(152, 9);
  expect(clock.left(10)).toBeCloseTo(20, 9);
});

test("loading before the first step is no training", () => {
  let ms = 0;
  const clock = runClock({ now: () => ms });
  ms = 60_000;
  expect(clock.seconds()).toBe(0);
  clock.begin();
  ms = 61_000;
  expect(clock.seconds()).toBe(1);
});

test("a slow first step and a slower machine are no gaps", () => {
  expect(walked([90, 2, 2]).gaps).toEqual([0, 0, 0]);
  const { clock, gaps } = walked([...Array(10).fill(2), ...Array(200).fill(7)]);
  expect(Math.max(...gaps)).toBe(0);
  expect(clock.left(10)! / 70).toBeCloseTo(1, 0);
});
