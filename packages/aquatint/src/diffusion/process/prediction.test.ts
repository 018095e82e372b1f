import { expect, test } from "vitest";
import { torchCpu } from "../../math/random.ts";
import { noised } from "./forward.ts";
import { cleanLevel, type Level } from "./level.ts";
import { checkSolvable, estimate, targets, trainingTarget } from "./prediction.ts";
import { cosine, linear } from "./schedules.ts";

const pair = { x0: torchCpu(1).randn(20), eps: torchCpu(2).randn(20) };
const levels: readonly Level[] = [
  linear().level(1),
  linear().level(400),
  linear().level(1000),
  { t: 5, alpha: 1, sigma: 3 },
];
const all = Object.entries(targets);

test.each(all)("%s: the estimate undoes the training target", (_, target) => {
  for (const level of levels) {
    const back = estimate(target, level, noised(level, pair), trainingTarget(target, level, pair));
    const worst = (a: Float32Array, b: Float32Array) => Math.max(...a.map((v, i) => Math.abs(v - b[i]!)));
    expect(worst(back.x0, pair.x0) * level.alpha).toBeLessThan(1e-5 * Math.max(1, level.sigma));
    expect(worst(back.eps, pair.eps) * level.sigma).toBeLessThan(1e-5 * Math.max(1, level.sigma));
  }
});

test("v is alpha eps - sigma x0", () => {
  const level = { t: 1, alpha: 0.8, sigma: 0.6 };
  const [x0, eps] = [Float32Array.of(1), Float32Array.of(2)];
  expect(trainingTarget(targets.v_prediction, level, { x0, eps })[0]).toBeCloseTo(0.8 * 2 - 0.6 * 1, 6);
});

test.each(all)("%s says whether it can start from pure noise", (name, target) => {
  const noise = cosine().level(1000);
  const solve = () => checkSolvable(target, [noise]);
  if (name === "epsilon") expect(solve).toThrow(/t = 1000 .* tells nothing new/);
  else expect(solve).not.toThrow();
  checkSolvable(target, [cosine({ maxBeta: 0.999 }).level(1000)]);
});

test("predicting the data where there is no noise is refused as well", () => {
  expect(() => estimate(targets.sample, cleanLevel, pair.x0, pair.x0)).toThrow("tells nothing new");
});
