import { defineSampler } from "./define-sampler.ts";
import { etaOption } from "./methods/ancestral.ts";
import { seeds } from "./methods/seeds.ts";

const [r1, r2] = [1 / 3, 2 / 3];

/** SEEDS of three stages, which share their noise. */
export const seeds3 = defineSampler({
  name: "seeds-3",
  title: "SEEDS-3",
  order: 2,
  stochastic: true,
  evaluations: 3,
  spacing: "trailing",
  aliases: {},
  reference: "Gonzalez et al. 2023, SEEDS-3 of the data with r1 = 1 / 3 and r2 = 2 / 3, arXiv:2305.14267",
  options: etaOption(1),
  create: ({ eta }) =>
    seeds(eta, [
      { r: r1, weights: () => [] },
      { r: r2, weights: ({ phi2 }) => [(r2 / r1) * phi2] },
      { r: 1, weights: ({ phi2 }) => [0, phi2 / r2] },
    ]),
});
