import { defineSampler } from "./define-sampler.ts";
import { etaOption } from "./methods/ancestral.ts";
import { ddimCfgPlusPlus } from "./methods/cfgpp.ts";

/** DDIM in the CFG++ form. */
export const ddimCfgpp = defineSampler({
  name: "ddim-cfgpp",
  title: "DDIM CFG++",
  order: 1,
  stochastic: false,
  evaluations: 1,
  unconditional: true,
  keepsEnd: true,
  spacing: "trailing",
  automatic: "ddim_uniform",
  aliases: { "DDIM CFG++": {} },
  reference: "Chung et al. 2024, algorithm 2, arXiv:2406.08070",
  options: etaOption(0),
  create: ({ eta }) => ddimCfgPlusPlus(eta),
});
