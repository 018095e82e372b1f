import { defineSampler } from "./define-sampler.ts";
import { dpmSinglestep } from "./methods/dpm-singlestep.ts";
import { dpmOptions } from "./methods/dpm-terms.ts";

/** DPM-Solver++, singlestep of order 3. */
export const dpmpp3s = defineSampler({
  name: "dpmpp-3s",
  title: "DPM-Solver++ (3S)",
  order: 3,
  stochastic: false,
  evaluations: 1,
  spacing: "trailing",

  aliases: {},
  reference: "Lu et al. 2022, singlestep of order 3, arXiv:2211.01095",
  options: dpmOptions({ order: 3, algorithm: "dpmsolver++" }),
  create: dpmSinglestep,
});
