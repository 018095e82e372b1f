import { expect, test } from "vitest";
import { type StoppingOptions, stoppingCriteria } from "./stopping.ts";

const length = (options: StoppingOptions, seconds = 0) =>
  stoppingCriteria({ ...options, warmupSteps: 10, seconds: () => seconds });

test("progress by steps begins after the warm-up, by minutes at the start; the further one counts", () => {
  expect([5, 10, 60, 110].map(length({ steps: 110 }).progress)).toEqual([0, 0, 0.5, 1]);
  expect(length({ minutes: 10 }, 150).progress(1)).toBe(0.25);
  expect(length({ minutes: 10, steps: 110 }, 150).progress(60)).toBe(0.5);
  expect(length({ plateau: { window: 2, patience: 2, improvement: 0 } }).progress(60)).toBe(0);
});

test("a run ends at its last step or when its time is over", () => {
  expect([1, 2, 3].map((step) => length({ steps: 2 }).ended(step, 1))).toEqual([undefined, "steps", "steps"]);
  expect(length({ minutes: 1 }, 59).ended(9, 1)).toBeUndefined();
  expect(length({ minutes: 1 }, 60).ended(9, 1)).toBe("minutes");
});

test("a plateau is so many steps without a lower average, and noise is none", () => {
  const falling = length({ plateau: { window: 5, patience: 20, improvement: 0.01 } });
  const ends = Array.from({ length: 300 }, (_, i) => {
    const noise = i % 2 === 0 ? 0.1 : -0.1;
    return falling.ended(i + 1, Math.max(1 - i / 100, 0.3) + noise);
  });
  const end = ends.indexOf("plateau");
  expect(end).toBeGreaterThan(80);
  expect(end).toBeLessThan(120);
});
