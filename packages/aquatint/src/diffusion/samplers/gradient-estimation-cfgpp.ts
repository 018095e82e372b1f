import { defineSampler } from "./define-sampler.ts";
import { cfgPlusPlus } from "./methods/cfgpp.ts";
import { gradientOptions, gradientSteps } from "./methods/gradient-estimation.ts";

/** Gradient estimation in the CFG++ form: the noise and its change are those without the prompt. */
export const gradientEstimationCfgpp = defineSampler({
  name: "gradient-estimation-cfgpp",
  title: "Gradient estimation CFG++",
  order: 1,
  stochastic: false,
  evaluations: 1,
  unconditional: true,
  spacing: "fractional",
  aliases: { gradient_estimation_cfg_pp: {} },
  reference: "Permenter and Yuan 2024, algorithm 2 with the noise of Chung et al. 2024 as in ComfyUI, arXiv:2306.04848",
  options: gradientOptions,
  create: ({ gamma }) => gradientSteps(gamma, cfgPlusPlus),
});
