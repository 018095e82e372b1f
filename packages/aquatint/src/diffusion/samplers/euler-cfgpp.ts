import { defineSampler } from "./define-sampler.ts";
import { etaOption } from "./methods/ancestral.ts";
import { ddimCfgPlusPlus } from "./methods/cfgpp.ts";

/** Euler's method in the CFG++ form. */
export const eulerCfgpp = defineSampler({
  name: "euler-cfgpp",
  title: "Euler CFG++",
  order: 1,
  stochastic: false,
  evaluations: 1,
  unconditional: true,
  spacing: "fractional",
  automatic: "uniform",
  aliases: { "Euler CFG++": {}, "Euler a CFG++": { options: { eta: 1 } }, euler_cfg_pp: {} },
  reference: "Chung et al. 2024, algorithm 2 in steps of Karras et al. 2022, arXiv:2406.08070",
  options: etaOption(0),
  create: ({ eta }) => ddimCfgPlusPlus(eta),
});
