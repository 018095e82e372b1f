import { defineSampler } from "./define-sampler.ts";
import { gradientOptions, gradientSteps } from "./methods/gradient-estimation.ts";

/** Gradient estimation: Euler's method along the estimated noise, driven on by its change since the step before. */
export const gradientEstimation = defineSampler({
  name: "gradient-estimation",
  title: "Gradient estimation",
  order: 1,
  stochastic: false,
  evaluations: 1,
  spacing: "fractional",
  aliases: {},
  reference: "Permenter and Yuan 2024, algorithm 2, arXiv:2306.04848",
  options: gradientOptions,
  create: ({ gamma }) => gradientSteps(gamma, (estimate) => estimate),
});
