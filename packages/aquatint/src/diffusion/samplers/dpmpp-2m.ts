import { defineSampler } from "./define-sampler.ts";
import { dpmMultistep, dpmMultistepOptions } from "./methods/dpm-multistep.ts";

/** DPM-Solver++, multistep of two evaluations. */
export const dpmpp2m = defineSampler({
  name: "dpmpp-2m",
  title: "DPM-Solver++ (2M)",
  order: 2,
  stochastic: false,
  evaluations: 1,
  spacing: "trailing",
  automatic: "karras",
  aliases: {
    DPMSolverMultistepScheduler: {},
    EDMDPMSolverMultistepScheduler: {},
    dpmpp_2m: {},
    "DPM++ 2M": {},
    "dpmpp-1": { options: { order: 1 }, order: 1 },
    "dpmpp-2m-heun": { options: { solverType: "heun" } },
    res_multistep: { options: { solverType: "heun" } },
  },
  reference: "Lu et al. 2022, algorithm 2, arXiv:2211.01095",
  options: dpmMultistepOptions({ order: 2, algorithm: "dpmsolver++" }),
  create: dpmMultistep,
});
