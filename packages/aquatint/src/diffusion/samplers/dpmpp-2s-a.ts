import { defineSampler } from "./define-sampler.ts";
import { etaOption } from "./methods/ancestral.ts";
import { alongData, midpoint } from "./methods/midpoint.ts";

/** DPM-Solver++ (2S) with ancestral noise, as in k-diffusion. */
export const dpmpp2sA = defineSampler({
  name: "dpmpp-2s-a",
  title: "DPM-Solver++ (2S) ancestral",
  order: 2,
  stochastic: true,
  evaluations: 2,
  spacing: "fractional",
  automatic: "karras",
  aliases: { "DPM++ 2S a": {}, dpmpp_2s_ancestral: {} },
  reference: "Lu et al. 2022, algorithm 1 with ancestral noise as in k-diffusion, arXiv:2211.01095",
  options: etaOption(1),
  create: ({ eta }) => midpoint({ carry: alongData, eta }),
});
