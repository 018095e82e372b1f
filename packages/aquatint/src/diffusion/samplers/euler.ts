import { defineSampler } from "./define-sampler.ts";
import { evaluate, firstOrderStep, intervals } from "./loop.ts";
import { addChurn, churnOptions } from "./methods/churn.ts";

/** Euler's method on the probability flow, the same as DDIM unless noise is churned. */
export const euler = defineSampler({
  name: "euler",
  title: "Euler",
  order: 1,
  stochastic: false,
  evaluations: 1,
  spacing: "fractional",
  automatic: "uniform",
  aliases: { EulerDiscreteScheduler: {}, EDMEulerScheduler: {}, FlowMatchEulerDiscreteScheduler: {} },
  reference: "Karras et al. 2022, algorithm 2 without its correction, arXiv:2206.00364",
  options: churnOptions,
  create: (churn) =>
    async function* (input) {
      let { x } = input;
      for (const interval of intervals(input)) {
        const { i, n, to } = interval;
        const start = addChurn(input, interval, x, churn);
        const estimate = await evaluate(input, start.x, start.from, interval);
        x = firstOrderStep(interval, estimate);
        yield { i, n, level: start.from, next: to, x, x0: estimate.x0, final: true };
      }
      return x;
    },
});
