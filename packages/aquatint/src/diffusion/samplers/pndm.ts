import { defineSampler } from "./define-sampler.ts";
import { pseudoLinear, pseudoLinearOptions, type RungeKutta } from "./methods/pseudo-linear.ts";

/** Half a stride; a whole number for a whole stride, as published models know whole times. */
const halfStride = (stride: number): number => (Number.isInteger(stride) ? Math.floor(stride / 2) : stride / 2);

/** Runge and Kutta's four evaluations. */
const rungeKutta: RungeKutta = {
  levels({ levelAt }, { from, to }) {
    const middle = levelAt.time(to.t + halfStride(from.t - to.t));
    return [from, middle, middle, to];
  },
  weights: [1 / 6, 1 / 3, 1 / 3, 1 / 6],
};

/** PNDM: three Runge-Kutta steps, then the linear multistep. */
export const pndm = defineSampler({
  name: "pndm",
  title: "PNDM",
  order: 2,
  stochastic: false,
  evaluations: 1,
  extraEvaluations: 9,
  keepsEnd: true,
  spacing: "leading",
  aliases: { PNDMScheduler: { options: { extrapolates: "output" } } },
  reference: "Liu et al. 2022, algorithm 2, arXiv:2202.09778",
  options: pseudoLinearOptions,
  create: ({ extrapolates }) => pseudoLinear(extrapolates, { start: rungeKutta, count: 3 }),
});
