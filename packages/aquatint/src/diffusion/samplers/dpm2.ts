import { defineSampler } from "./define-sampler.ts";
import { alongNoise, midpoint } from "./methods/midpoint.ts";

/** DPM-Solver-2 in variance-exploding coordinates, k-diffusion's form. */
export const dpm2 = defineSampler({
  name: "dpm2",
  title: "DPM2",
  order: 2,
  stochastic: false,
  evaluations: 2,
  dropLast: true,
  spacing: "fractional",
  automatic: "karras",
  aliases: { KDPM2DiscreteScheduler: {}, dpm_2: {} },
  reference: "Lu et al. 2022, algorithm 1 (DPM-Solver-2) as in k-diffusion, arXiv:2206.00927",
  options: {},
  create: () => midpoint({ carry: alongNoise, eta: 0 }),
});
