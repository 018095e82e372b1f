import { defineSampler } from "./define-sampler.ts";
import { dpmMultistep, dpmMultistepOptions } from "./methods/dpm-multistep.ts";

/** DPM-Solver, multistep of three evaluations. */
export const dpm3m = defineSampler({
  name: "dpm-3m",
  title: "DPM-Solver (3M)",
  order: 2,
  stochastic: false,
  evaluations: 1,
  spacing: "trailing",

  aliases: {},
  reference: "Lu et al. 2022, multistep of three evaluations, arXiv:2206.00927",
  options: dpmMultistepOptions({ order: 3, algorithm: "dpmsolver" }),
  create: dpmMultistep,
});
