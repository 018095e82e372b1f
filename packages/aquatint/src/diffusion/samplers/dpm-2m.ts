import { defineSampler } from "./define-sampler.ts";
import { dpmMultistep, dpmMultistepOptions } from "./methods/dpm-multistep.ts";

/** DPM-Solver, multistep of two evaluations. */
export const dpm2m = defineSampler({
  name: "dpm-2m",
  title: "DPM-Solver (2M)",
  order: 2,
  stochastic: false,
  evaluations: 1,
  spacing: "trailing",

  aliases: { "dpm-1": { options: { order: 1 }, order: 1 } },
  reference: "Lu et al. 2022, multistep of two evaluations, arXiv:2206.00927",
  options: dpmMultistepOptions({ order: 2, algorithm: "dpmsolver" }),
  create: dpmMultistep,
});
