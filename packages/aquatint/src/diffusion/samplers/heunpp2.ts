import { noiseRatio, varianceExploding } from "../process/coordinates.ts";
import type { Level } from "../process/level.ts";
import type { Estimate } from "../process/prediction.ts";
import { defineSampler } from "./define-sampler.ts";
import { evaluate, firstOrderStep, intervals, isEndpoint } from "./loop.ts";
import { addChurn, churnOptions } from "./methods/churn.ts";
import { weighSlopes } from "./methods/heun-step.ts";

/** Slopes at the start of a step and at the next levels, with the weights sigma / (count sigma_max) of those after the first. */
function weighByNoise(slopes: readonly (readonly [Level, Estimate])[], maxRatio: number) {
  const weights = slopes.map(([level], k) => (k === 0 ? 0 : noiseRatio(level) / (slopes.length * maxRatio)));
  const first = 1 - weights.reduce((sum, weight) => sum + weight, 0);
  return slopes.map(([, estimate], k) => [weights[k] || first, estimate] as const);
}

/**
 * Heun++ of three evaluations: slopes at the next two levels weigh as much as their noise, so that it is Euler's method in
 * the end; its last step takes one evaluation, the one before two.
 */
export const heunpp2 = defineSampler({
  name: "heunpp2",
  title: "Heun++ 2",
  order: 1,
  stochastic: false,
  evaluations: 3,
  extraEvaluations: -3,
  spacing: "fractional",
  aliases: {},
  reference: "Karras et al. 2022, algorithm 2 with ComfyUI's weights of three slopes, arXiv:2206.00364",
  options: churnOptions,
  create: (churn) =>
    async function* (input) {
      let { x } = input;
      const path = [...intervals(input)];
      const maxRatio = Math.max(...input.levels.filter(({ alpha }) => alpha > 0).map(noiseRatio));
      for (const [k, interval] of path.entries()) {
        const { i, n, to } = interval;
        const start = addChurn(input, interval, x, churn);
        const ends = isEndpoint(interval) ? [] : path.slice(k + 1, k + 3).map(({ from }) => from);
        let level = start.from;
        let at = start.x;
        const slopes: (readonly [Level, Estimate])[] = [];
        for (const next of ends) {
          const estimate = await evaluate(input, at, level, interval);
          slopes.push([level, estimate]);
          at = weighSlopes(varianceExploding, { from: level, to: next }, at, [[1, estimate]]);
          yield { i, n, level, next, x: at, x0: estimate.x0, final: false };
          level = next;
        }
        const estimate = await evaluate(input, at, level, interval);
        slopes.push([level, estimate]);
        x =
          slopes.length === 1
            ? firstOrderStep(interval, estimate)
            : weighSlopes(varianceExploding, { from: start.from, to }, start.x, weighByNoise(slopes, maxRatio));
        yield { i, n, level, next: to, x, x0: estimate.x0, final: true };
      }
      return x;
    },
});
