import { defineSampler } from "./define-sampler.ts";
import { dpmMultistep, dpmMultistepOptions } from "./methods/dpm-multistep.ts";

/** DPM-Solver++, multistep of three evaluations. */
export const dpmpp3m = defineSampler({
  name: "dpmpp-3m",
  title: "DPM-Solver++ (3M)",
  order: 2,
  stochastic: false,
  evaluations: 1,
  spacing: "trailing",

  aliases: {},
  reference: "Lu et al. 2022, multistep of three evaluations after lower orders, arXiv:2211.01095",
  options: dpmMultistepOptions({ order: 3, algorithm: "dpmsolver++" }),
  create: dpmMultistep,
});
