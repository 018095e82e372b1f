import { describe, expect, test } from "vitest";
import { torchCpu } from "../../../math/random.ts";
import { timestepSampling, timestepsConfig } from "./timesteps.ts";

const T = 1000;
const N = 20_000;
const drawn = (config: object, n = N) => Array.from(timestepSampling(timestepsConfig.parse(config), T)(torchCpu(3), n));
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe("timesteps are drawn as their names say", () => {
  test.each([
    [{ name: "uniform" }, 500.5],
    [{ name: "stratified" }, 500.5],
    [{ name: "logit-normal" }, 500.5],
    [{ name: "power", exponent: 2 }, 1000 / 3],
    [{ name: "power", exponent: 1 / 3 }, 750],
    [{ name: "uniform", from: 0.2, to: 0.4 }, 300.5],
    [{ name: "logit-normal", from: 0.5 }, 750.5],
  ])("%o has the mean %f", (config, expected) => {
    const values = drawn(config);
    expect(Math.abs(mean(values) - expected)).toBeLessThan(8);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...values)).toBeLessThanOrEqual(T);
  });

  test.each(["uniform", "stratified", "logit-normal", "power"])("%s keeps to its range", (name) => {
    const values = drawn({ name, from: 0.25, to: 0.5 });
    const [min, max] = [Math.min(...values), Math.max(...values)];
    expect(min).toBeGreaterThanOrEqual(251);
    expect(min).toBeLessThan(260);
    expect(max).toBeLessThanOrEqual(500);
    expect(max).toBeGreaterThan(490);
  });

  test("a stratified batch has one sample in each equal part", () => {
    const parts = drawn({ name: "stratified" }, 10).map((t) => Math.floor((t - 1) / 100));
    expect(parts.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("a logit-normal with a higher mean draws more noise", () => {
    expect(mean(drawn({ name: "logit-normal", mean: 1 }))).toBeGreaterThan(650);
  });
});
