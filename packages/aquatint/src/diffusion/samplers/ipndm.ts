import { defineSampler } from "./define-sampler.ts";
import { heun, pseudoLinear } from "./methods/pseudo-linear.ts";

/** The fourth-order linear multistep of PNDM from the first step on, lower orders while the past is short. */
export const ipndm = defineSampler({
  name: "ipndm",
  title: "IPNDM",
  order: 2,
  stochastic: false,
  evaluations: 1,
  spacing: "leading",
  aliases: { IPNDMScheduler: {} },
  reference: "Liu et al. 2022, the linear multistep from the first step, arXiv:2202.09778",
  options: {},
  create: () => pseudoLinear("noise", { start: heun, count: 0 }),
});
