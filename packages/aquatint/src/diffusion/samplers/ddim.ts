import { defineSampler } from "./define-sampler.ts";
import { ancestral, ancestralDeviation, etaOption } from "./methods/ancestral.ts";

/** DDIM: deterministic at eta = 0, DDPM at eta = 1; Euler's method on the probability flow. */
export const ddim = defineSampler({
  name: "ddim",
  title: "DDIM",
  order: 1,
  stochastic: false,
  evaluations: 1,
  keepsEnd: true,
  spacing: "trailing",
  automatic: "ddim_uniform",
  aliases: { DDIMScheduler: {} },
  reference: "Song, Meng and Ermon 2021, equation 12, arXiv:2010.02502",
  options: etaOption(0),
  create: ({ eta }) => ancestral((from, to) => ancestralDeviation(from, to, eta)),
});
