import { defineSampler } from "./define-sampler.ts";
import { etaOption } from "./methods/ancestral.ts";
import { resMultistep } from "./methods/res-multistep.ts";

/** RES multistep with ancestral noise; without noise it is DPM-Solver++ (2M) with the exact second-order weight. */
export const resMultistepA = defineSampler({
  name: "res-multistep-a",
  title: "RES multistep ancestral",
  order: 2,
  stochastic: true,
  evaluations: 1,
  spacing: "fractional",
  aliases: { res_multistep_ancestral: {} },
  reference:
    "Zhang, Zhu and Chen 2023, multistep of two evaluations with ancestral noise as in ComfyUI, arXiv:2308.02157",
  options: etaOption(1),
  create: resMultistep,
});
