import { expect, test } from "vitest";
import { deviation, idealDenoiser } from "../../test/gaussian.ts";
import { torchCpu } from "../math/random.ts";
import { brownianNoise } from "./brownian.ts";
import { variancePreserving } from "./process/coordinates.ts";
import type { Level } from "./process/level.ts";
import { targets } from "./process/prediction.ts";
import { cosine } from "./process/schedules.ts";
import { samplers } from "./registry.ts";
import type { NoiseSource } from "./samplers/loop.ts";
import { levelFinder } from "./scheduler.ts";

const at = (u: number): Level => ({ t: u, alpha: Math.cos((u * Math.PI) / 2), sigma: Math.sin((u * Math.PI) / 2) });
const size = 8000;
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, v, i) => sum + v * b[i]!, 0) / a.length;

test("the noise of two steps is that of the step over both", () => {
  const noise = brownianNoise({ seed: 3, size: 8 });
  for (const [a, b, c] of [
    [1, 0.7, 0.2],
    [0.63, 0.6299, 0.5],
    [0.1, 0.05, 0],
  ] as const) {
    const [whole, first, second] = [noise(at(a), at(c)), noise(at(a), at(b)), noise(at(b), at(c))];
    whole.forEach((v, i) => {
      const both = Math.sqrt(a - b) * first[i]! + Math.sqrt(b - c) * second[i]!;
      expect(Math.abs(Math.sqrt(a - c) * v - both)).toBeLessThan(1e-3);
    });
  }
});

test("every step's noise is standard normal, and that of different steps independent", () => {
  const noise = brownianNoise({ seed: 4, size });
  const ends = [1, 0.83, 0.5, 0.47, 0.1, 0.01, 0];
  const draws = ends.slice(1).map((end, i) => noise(at(ends[i]!), at(end)));
  draws.forEach((a, i) => {
    expect(Math.abs(a.reduce((sum, v) => sum + v, 0) / size)).toBeLessThan(0.05);
    for (const [j, b] of draws.entries()) expect(Math.abs(dot(a, b) - (i === j ? 1 : 0))).toBeLessThan(0.05);
  });
});

test("the same seed gives the same path whatever was asked before, another seed another one", () => {
  const [one, two, other] = [3, 3, 4].map((seed) => brownianNoise({ seed, size: 16 }));
  one!(at(1), at(0.5));
  expect(one!(at(0.5), at(0.25))).toEqual(two!(at(0.5), at(0.25)));
  expect(two!(at(0.5), at(0.25))).not.toEqual(other!(at(0.5), at(0.25)));
});

test("noise on the way up is new each time", () => {
  const noise = brownianNoise({ seed: 5, size });
  const draws = [noise(at(0.1), at(0.6)), noise(at(0.1), at(0.6)), noise(at(0.6), at(0.1))];
  for (const [i, a] of draws.entries()) {
    for (const [j, b] of draws.entries()) expect(Math.abs(dot(a, b) - (i === j ? 1 : 0))).toBeLessThan(0.05);
  }
});

test.each(["dpmpp-sde", "dpmpp-2m-sde", "dpmpp-3m-sde"] as const)("%s follows the path in more steps", async (name) => {
  const schedule = cosine({ maxBeta: 0.999 });
  const end = async (steps: number, noise: NoiseSource) => {
    const levels = Array.from({ length: steps + 1 }, (_, i) => schedule.level(900 - (850 * i) / steps));
    const levelAt = levelFinder({ schedule, coordinates: variancePreserving });
    const input = {
      x: torchCpu(0).randn(400),
      rows: 1,
      levels,
      levelAt,
      denoise: idealDenoiser(targets.epsilon),
      noise,
    };
    let { x } = input;
    for await (const step of samplers[name].create()(input)) x = step.x;
    return x;
  };
  const apart = (a: Float32Array, b: Float32Array) =>
    Math.sqrt(a.reduce((sum, v, i) => sum + (v - b[i]!) ** 2, 0) / 400);
  const path = () => brownianNoise({ seed: 9, size: 400 });
  const [coarse, middle, fine] = [await end(16, path()), await end(64, path()), await end(256, path())];
  expect(apart(middle, fine)).toBeLessThan(apart(coarse, fine) / 2);
  expect(apart(middle, fine)).toBeLessThan(deviation / 5);
  const stream = torchCpu(1);
  expect(apart(await end(64, () => stream.randn(400)), fine)).toBeGreaterThan(deviation);
});
