import { defineSampler } from "./define-sampler.ts";
import { etaOption } from "./methods/ancestral.ts";
import { resMultistep } from "./methods/res-multistep.ts";

/** RES multistep in the CFG++ form: the noise and the past are those without the prompt. */
export const resMultistepCfgpp = defineSampler({
  name: "res-multistep-cfgpp",
  title: "RES multistep CFG++",
  order: 2,
  stochastic: false,
  evaluations: 1,
  unconditional: true,
  spacing: "fractional",
  aliases: { res_multistep_cfg_pp: {}, res_multistep_ancestral_cfg_pp: { options: { eta: 1 } } },
  reference: "Zhang, Zhu and Chen 2023 with the noise of Chung et al. 2024 as in ComfyUI, arXiv:2308.02157",
  options: etaOption(0),
  create: ({ eta }) => resMultistep({ eta, cfgpp: true }),
});
