import { defineSampler } from "./define-sampler.ts";
import { dpmSinglestep } from "./methods/dpm-singlestep.ts";
import { dpmOptions } from "./methods/dpm-terms.ts";

/** DPM-Solver-3. */
export const dpm3s = defineSampler({
  name: "dpm-3s",
  title: "DPM-Solver (3S)",
  order: 3,
  stochastic: false,
  evaluations: 1,
  spacing: "trailing",
  automatic: "exponential",
  aliases: { "DPM fast": { spacing: "exponential" } },
  reference: "Lu et al. 2022, algorithm 2 (DPM-Solver-3), arXiv:2206.00927",
  options: dpmOptions({ order: 3, algorithm: "dpmsolver" }),
  create: dpmSinglestep,
});
