import { defineSampler } from "./define-sampler.ts";
import { dpmSinglestep } from "./methods/dpm-singlestep.ts";
import { dpmOptions } from "./methods/dpm-terms.ts";

/** DPM-Solver-2. */
export const dpm2s = defineSampler({
  name: "dpm-2s",
  title: "DPM-Solver (2S)",
  order: 2,
  stochastic: false,
  evaluations: 1,
  spacing: "trailing",

  aliases: {},
  reference: "Lu et al. 2022, algorithm 1 (DPM-Solver-2), arXiv:2206.00927",
  options: dpmOptions({ order: 2, algorithm: "dpmsolver" }),
  create: dpmSinglestep,
});
