import { expect, test } from "vitest";
import { noiseRatio } from "../process/coordinates.ts";
import { linear, scaledLinear } from "../process/schedules.ts";
import { alignYourSteps, beta, exponential, karras, polyexponential, type Ramp } from "./ramps.ts";
import { atRatios, atTimes, ramped, timeOfRatio } from "./spacing.ts";
import { sgmUniform, simple } from "./spacings.ts";

const ramps: readonly (readonly [string, Ramp])[] = [
  ["karras", karras()],
  ["exponential", exponential()],
  ["polyexponential", polyexponential({ rho: 0.7 })],
  ["beta", beta()],
];

test.each(ramps)("%s falls from end to end, and a single ratio is the largest", (_, ramp) => {
  const ratios = ramp(14, 0.03, 9);
  expect(ratios[0]).toBeCloseTo(14, 10);
  expect(ratios[8]).toBeCloseTo(0.03, 12);
  for (let i = 1; i < 9; i++) expect(ratios[i]).toBeLessThan(ratios[i - 1]!);
  expect(ramp(14, 0.03, 1)[0]).toBeCloseTo(14, 10);
});

test("karras is even in the seventh root, exponential in the logarithm", () => {
  expect(karras()(128, 1, 3)[1]).toBeCloseTo(1.5 ** 7, 10);
  expect(exponential()(16, 1, 3)[1]).toBeCloseTo(4, 12);
  expect(Array.from(polyexponential()(16, 1, 5))).toEqual(
    Array.from(exponential()(16, 1, 5), (v) => expect.closeTo(v, 10)),
  );
});

test("align your steps is its table at ten steps", () => {
  const ratios = alignYourSteps("sd15")(100, 0.01, 10);
  [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152].forEach((v, i) => {
    expect(ratios[i]).toBeCloseTo(v, 10);
  });
});

test("times and ratios undo each other, and beyond the schedule is its end", () => {
  const schedule = scaledLinear();
  for (const t of [1, 2.5, 333, 999.75]) {
    expect(timeOfRatio(schedule, noiseRatio(schedule.level(t)))).toBeCloseTo(t, 3);
  }
  expect([timeOfRatio(schedule, 1e-9), timeOfRatio(schedule, 1e9)]).toEqual([1, 1000]);
});

test("a ramp on a schedule visits its ratios, at the times that have them", () => {
  const levels = ramped(karras())(scaledLinear(), 10);
  expect(levels[1]).toMatchObject({ t: expect.closeTo(917.284, 2) });
  expect(noiseRatio(levels[1]!)).toBeCloseTo(9.10294, 4);
});

test("simple and SGM-uniform start at T and stop short of 1", () => {
  expect(simple()(linear(), 4).map(({ t }) => t)).toEqual([1000, 750, 500, 250]);
  expect(sgmUniform()(linear(), 3).map(({ t }) => t)).toEqual([1000, 667, 334]);
});

test("explicit times and ratios are taken as they are, if they fall and fit the number of steps", () => {
  expect(atTimes([900, 20])(linear(), 2).map(({ t }) => t)).toEqual([900, 20]);
  expect(atRatios([9, 0.5])(linear(), 2).map(noiseRatio)).toEqual([expect.closeTo(9, 10), expect.closeTo(0.5, 10)]);
  expect(() => atTimes([900, 900])(linear(), 2)).toThrow("expected 2 falling times");
  expect(() => atRatios([9])(linear(), 2)).toThrow("expected 2 falling sigmas");
});
