import { defineSampler } from "./define-sampler.ts";
import { etaOption } from "./methods/ancestral.ts";
import { alongData, midpoint } from "./methods/midpoint.ts";

/** DPM-Solver++ (2S) with ancestral noise in the CFG++ form. */
export const dpmpp2sACfgpp = defineSampler({
  name: "dpmpp-2s-a-cfgpp",
  title: "DPM-Solver++ (2S) ancestral CFG++",
  order: 2,
  stochastic: true,
  evaluations: 2,
  unconditional: true,
  spacing: "fractional",
  aliases: { "DPM++ 2S a CFG++": {}, dpmpp_2s_ancestral_cfg_pp: {} },
  reference: "Chung et al. 2024 with the midpoint of Lu et al. 2022 as in ComfyUI, arXiv:2406.08070",
  options: etaOption(1),
  create: ({ eta }) => midpoint({ carry: alongData, eta, cfgpp: true }),
});
