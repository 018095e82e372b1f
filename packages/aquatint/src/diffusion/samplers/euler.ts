import { type ChurnOptions, churned } from "./churn.ts";
import { evaluate, firstOrderStep, intervals, type Sampler } from "./loop.ts";

/** Euler's method on the probability flow (Karras et al. 2022), the same as DDIM unless noise is churned. */
export const euler = (options: ChurnOptions = {}): Sampler =>
  async function* (input) {
    let { x } = input;
    for (const move of intervals(input)) {
      const { i, n, to } = move;
      const start = churned(input, move, x, options);
      const believed = await evaluate(input, start.x, start.from, move);
      x = firstOrderStep(move, believed);
      yield { i, n, level: start.from, next: to, x, x0: believed.x0, final: true };
    }
    return x;
  };
