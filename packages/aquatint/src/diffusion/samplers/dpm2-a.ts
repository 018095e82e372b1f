import { defineSampler } from "./define-sampler.ts";
import { etaOption } from "./methods/ancestral.ts";
import { alongNoise, midpoint } from "./methods/midpoint.ts";

/** DPM2 with ancestral noise. */
export const dpm2A = defineSampler({
  name: "dpm2-a",
  title: "DPM2 ancestral",
  order: 2,
  stochastic: true,
  evaluations: 2,
  dropLast: true,
  spacing: "fractional",
  automatic: "karras",
  aliases: { KDPM2AncestralDiscreteScheduler: {}, "DPM2 a": {}, dpm_2_ancestral: {} },
  reference: "Lu et al. 2022, algorithm 1 with ancestral noise as in k-diffusion, arXiv:2206.00927",
  options: etaOption(1),
  create: ({ eta }) => midpoint({ carry: alongNoise, eta }),
});
