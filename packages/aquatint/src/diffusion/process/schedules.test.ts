import { describe, expect, test } from "vitest";
import { betasOf, scheduleFromBetas, withMaxBeta } from "./beta-schedules.ts";
import { logSnr, snr } from "./level.ts";
import { betaSchedules, cosine, linear, scaledLinear, scheduleFromAlphaBar, squaredcosCapV2 } from "./schedules.ts";

describe.each(Object.entries(betaSchedules))("%s", (name, create) => {
  const schedule = create({ steps: 200 });

  test("carries its name and T, starts at exactly 1 and decreases, between the integers too", () => {
    expect(schedule).toMatchObject({ name, steps: 200 });
    expect(schedule.alphaBar(0)).toBe(1);
    for (let t = 0.25; t <= 200; t += 0.25) {
      expect(schedule.alphaBar(t)).toBeLessThan(schedule.alphaBar(t - 0.25));
    }
    expect(schedule.alphaBar(200)).toBeGreaterThanOrEqual(0);
  });

  test("preserves variance: alpha^2 + sigma^2 = 1", () => {
    for (const t of [0, 0.5, 1, 77.3, 200]) {
      const { alpha, sigma } = schedule.level(t);
      expect(alpha ** 2 + sigma ** 2).toBeCloseTo(1, 14);
    }
  });

  test("refuses a time outside 0 .. T", () => {
    expect(() => schedule.alphaBar(-1)).toThrow(`"${name}" runs over t = 0 .. 200, got -1`);
    expect(() => schedule.level(200.5)).toThrow("got 200.5");
    expect(() => schedule.level(Number.NaN)).toThrow("got NaN");
  });
});

test("linear has its published figures; index i is t = i + 1", () => {
  const { alphaBar, timestep } = linear();
  expect(timestep(1000)).toBe(999);
  expect(alphaBar(1)).toBeCloseTo(0.9999, 15);
  expect(alphaBar(501) / 0.0777966584).toBeCloseTo(1, 8);
  expect(alphaBar(1000) / 4.03583e-5).toBeCloseTo(1, 6);
  const sum = Array.from({ length: 1000 }, (_, i) => alphaBar(i + 1)).reduce((a, b) => a + b);
  expect(sum).toBeCloseTo(275.5132334, 6);
});

test("linear is scaled by 1000 / T where its betas are not given", () => {
  const betas = betasOf(linear({ steps: 100 }));
  expect(betas[0]).toBeCloseTo(1e-3, 12);
  expect(betas[99]).toBeCloseTo(0.2, 12);
  expect(() => linear({ steps: 10 })).toThrow("every beta");
});

// diffusers' alphas_cumprod at the indices 0, 1, 250, 500, 750 and 999, in float32.
test.each([
  ["linear", linear(), [0.99989998, 0.99978006, 0.52142298, 0.077796653, 0.0033001585, 0.000040358304]],
  [
    "scaled_linear",
    scaledLinear({ betaStart: 1e-4, betaEnd: 0.02 }),
    [0.99989998, 0.99979734, 0.82001013, 0.33127463, 0.038149651, 0.00073341199],
  ],
  ["squaredcos_cap_v2", squaredcosCapV2(), [0.99995869, 0.99991256, 0.84588802, 0.49228504, 0.14317866, 2.428735e-9]],
])("%s equals what diffusers computes", (_, { alphaBar }, expected) => {
  [1, 2, 251, 501, 751, 1000].forEach((t, i) => {
    expect(Math.abs(alphaBar(t) / expected[i]! - 1)).toBeLessThan(2e-5);
  });
});

test("scaled_linear's defaults are Stable Diffusion's: sigma / alpha from 0.0292 to 14.6146", () => {
  const exploding = (t: number) => snr(scaledLinear().level(t)) ** -0.5;
  expect([exploding(1), exploding(1000)].map((s) => s.toFixed(4))).toEqual(["0.0292", "14.6146"]);
});

test("the cosine without offset is cos(pi t / 2T)^2, exactly 0 at T", () => {
  const { alphaBar, level } = cosine({ steps: 500 });
  for (const t of [0, 1, 100.5, 250, 499]) expect(alphaBar(t)).toBeCloseTo(Math.cos((Math.PI * t) / 1000) ** 2, 14);
  expect(alphaBar(500)).toBe(0);
  expect(level(500)).toEqual({ t: 500, alpha: 0, sigma: 1 });
  expect(logSnr(level(500))).toBe(Number.NEGATIVE_INFINITY);
});

test("maxBeta clips only the last betas of the cosine", () => {
  const [exact, clipped] = [cosine(), cosine({ maxBeta: 0.999 })];
  for (const t of [1, 500, 968, 999]) expect(clipped.alphaBar(t) / exact.alphaBar(t)).toBeCloseTo(1, 9);
  expect(clipped.alphaBar(1000) / (0.001 * exact.alphaBar(999))).toBeCloseTo(1, 9);
  expect(Math.max(...betasOf(withMaxBeta(linear(), 0.01)))).toBeCloseTo(0.01, 12);
});

test("between integers the log-SNR of a discrete schedule is linear", () => {
  const { level } = linear();
  const [a, mid, b] = [level(600), level(600.25), level(601)].map(logSnr);
  expect(mid).toBeCloseTo(0.75 * a! + 0.25 * b!, 10);
});

test("a discrete schedule may end at exactly 0", () => {
  const { alphaBar } = scheduleFromBetas([0.1, 0.5, 1]);
  expect([alphaBar(3), alphaBar(2.5)]).toEqual([0, 0.225]);
});

test("functions and betas that are no schedule are refused", () => {
  expect(() => scheduleFromAlphaBar((u) => 0.5 - u)).toThrow("starts at 1, got 0.5");
  expect(() => scheduleFromAlphaBar(() => 1)).toThrow("decreases from 1");
  expect(() => scheduleFromAlphaBar((u) => 1 - 2 * u)).toThrow("never negative");
  expect(() => scheduleFromBetas([0.1, 0])).toThrow("got 0 at index 1");
  expect(() => scheduleFromBetas([1.1])).toThrow("got 1.1 at index 0");
  expect(() => cosine({ steps: 0 })).toThrow("positive whole number of steps, got 0");
});
