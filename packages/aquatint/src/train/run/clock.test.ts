import { expect, test } from "vitest";
import { runClock } from "./clock.ts";

/** A clock that is looked at every five seconds, as a run does, whatever takes how long; but not in sleep. */
function ticking() {
  let ms = 5e6;
  const clock = runClock({ now: () => ms, before: 100 });
  return {
    clock,
    work(seconds: number) {
      for (let rest = seconds; rest > 0; rest -= 5) {
        ms += 1000 * Math.min(rest, 5);
        clock.tick();
      }
    },
    sleep(seconds: number) {
      ms += 1000 * seconds;
    },
  };
}

/** A clock after steps of so many seconds, with work of `between` seconds after each. */
function clockAfter(steps: readonly number[], { between = 0 } = {}) {
  const { clock, work } = ticking();
  const gaps = steps.map((seconds) => {
    clock.startLap();
    work(seconds);
    const { gap } = clock.lap();
    work(between);
    return gap;
  });
  return { clock, gaps };
}

const HOURS = 3600;

test("time goes on from before, and what is left follows the steps and the work between them", () => {
  const { clock } = clockAfter(Array(20).fill(2), { between: 0.5 });
  expect(clock.seconds()).toBeCloseTo(150, 9);
  expect(clock.secondsLeft(100)).toBeCloseTo(250, 9);
  expect(runClock().secondsLeft(10)).toBeUndefined();
});

test.each([
  ["in a step", 1, 0],
  ["between two, while samples are drawn", 0, 1],
])("a night's sleep %s is a gap: neither the time nor what is left counts it", (_, within, between) => {
  const { clock, work, sleep } = ticking();
  const laps = Array.from({ length: 30 }, (_, i) => {
    clock.startLap();
    work(1);
    if (i === 20) sleep(8 * HOURS * within);
    work(1);
    const lap = clock.lap();
    if (i === 20) sleep(8 * HOURS * between);
    return lap;
  });
  const gaps = laps.map(({ gap }) => gap).filter((gap) => gap > 0);
  expect(gaps).toHaveLength(1);
  expect(gaps[0]).toBeCloseTo(8 * HOURS, -1);
  expect(laps.every(({ seconds }) => seconds <= 2)).toBe(true);
  expect(Math.abs(clock.seconds() - 160)).toBeLessThan(5);
  expect(Math.abs(clock.secondsLeft(10)! - 20)).toBeLessThan(2);
});

test("loading before the first step is no training", () => {
  const { clock, work } = ticking();
  work(60);
  expect(clock.seconds()).toBe(100);
  clock.startLap();
  work(1);
  expect(clock.seconds()).toBe(101);
});

test("long steps, a slower machine and long work between steps are no gaps", () => {
  expect(clockAfter([900, 2, 2], { between: 300 }).gaps).toEqual([0, 0, 0]);
  const { clock, gaps } = clockAfter([...Array(10).fill(2), ...Array(200).fill(70)]);
  expect(Math.max(...gaps)).toBe(0);
  expect(clock.secondsLeft(10)! / 700).toBeCloseTo(1, 0);
});
