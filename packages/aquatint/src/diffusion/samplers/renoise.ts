import { defineSampler } from "./define-sampler.ts";
import { ancestral } from "./methods/ancestral.ts";

/** Jumps to the data and noises it afresh to the next level: x' = alpha' x0 + sigma' z. */
export const renoise = defineSampler({
  name: "renoise",
  title: "Renoise",
  order: 0,
  stochastic: true,
  evaluations: 1,
  spacing: "trailing",
  aliases: {},
  reference: "Song et al. 2023, algorithm 1 (multistep consistency sampling), arXiv:2303.01469",
  options: {},
  create: () => ancestral((_, to) => to.sigma),
});
