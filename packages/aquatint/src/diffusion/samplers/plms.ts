import { defineSampler } from "./define-sampler.ts";
import { heun, pseudoLinear, pseudoLinearOptions } from "./methods/pseudo-linear.ts";

/** PNDM without the Runge-Kutta start: its first step evaluates twice. */
export const plms = defineSampler({
  name: "plms",
  title: "PLMS",
  order: 2,
  stochastic: false,
  evaluations: 1,
  extraEvaluations: 1,
  keepsEnd: true,
  spacing: "leading",
  automatic: "ddim_uniform",
  aliases: {},
  reference: "Liu et al. 2022, algorithm 2 with a first step of order 2, arXiv:2202.09778",
  options: pseudoLinearOptions,
  create: ({ extrapolates }) => pseudoLinear(extrapolates, { start: heun, count: 1 }),
});
