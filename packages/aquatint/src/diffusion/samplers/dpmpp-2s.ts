import { defineSampler } from "./define-sampler.ts";
import { dpmSinglestep } from "./methods/dpm-singlestep.ts";
import { dpmOptions } from "./methods/dpm-terms.ts";

/** DPM-Solver++, singlestep of order 2. */
export const dpmpp2s = defineSampler({
  name: "dpmpp-2s",
  title: "DPM-Solver++ (2S)",
  order: 2,
  stochastic: false,
  evaluations: 1,
  spacing: "trailing",

  aliases: { DPMSolverSinglestepScheduler: {}, "dpmpp-2s-heun": { options: { solverType: "heun" } } },
  reference: "Lu et al. 2022, algorithm 1, arXiv:2211.01095",
  options: dpmOptions({ order: 2, algorithm: "dpmsolver++" }),
  create: dpmSinglestep,
});
