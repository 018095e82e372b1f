import { defineSampler } from "./define-sampler.ts";
import { etaOption } from "./methods/ancestral.ts";
import { alongData, midpoint } from "./methods/midpoint.ts";

/** DPM-Solver++ as a stochastic equation, singlestep of two evaluations, as in k-diffusion. */
export const dpmppSde = defineSampler({
  name: "dpmpp-sde",
  title: "DPM-Solver++ (SDE)",
  order: 1,
  stochastic: true,
  evaluations: 2,
  spacing: "fractional",
  automatic: "karras",
  aliases: { DPMSolverSDEScheduler: {}, "DPM++ SDE": {}, dpmpp_sde: {} },
  reference: "Lu et al. 2022, SDE-DPM-Solver++ with a middle as in k-diffusion, arXiv:2211.01095",
  options: etaOption(1),
  create: ({ eta }) => midpoint({ carry: alongData, eta, noisyMiddle: true }),
});
