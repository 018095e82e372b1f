import { defineSampler } from "./define-sampler.ts";
import { ancestral, ancestralDeviation, etaOption } from "./methods/ancestral.ts";

/** Euler's method with ancestral noise: DDIM whose noise is all fresh unless eta says otherwise. */
export const eulerA = defineSampler({
  name: "euler-a",
  title: "Euler ancestral",
  order: 1,
  stochastic: true,
  evaluations: 1,
  spacing: "fractional",
  automatic: "uniform",
  aliases: { EulerAncestralDiscreteScheduler: {}, "Euler a": {}, euler_ancestral: {} },
  reference: "Song, Meng and Ermon 2021, equation 16 at eta = 1, arXiv:2010.02502",
  options: etaOption(1),
  create: ({ eta }) => ancestral((from, to) => ancestralDeviation(from, to, eta)),
});
