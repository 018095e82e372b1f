import { defineSampler } from "./define-sampler.ts";
import { etaOption } from "./methods/ancestral.ts";
import { seeds } from "./methods/seeds.ts";
import { choice } from "./options.ts";

/** The second stage: the step's middle, whose prediction stands for the whole step, or its end by the exact integral. */
const stages = {
  middle: [
    { r: 1 / 2, weights: () => [] },
    { r: 1, weights: ({ phi1 }) => [phi1] },
  ],
  end: [
    { r: 1, weights: () => [] },
    { r: 1, weights: ({ phi2 }) => [phi2] },
  ],
} as const satisfies Readonly<Record<string, Parameters<typeof seeds>[1]>>;

/** SEEDS of two stages, which share their noise. */
export const seeds2 = defineSampler({
  name: "seeds-2",
  title: "SEEDS-2",
  order: 2,
  stochastic: true,
  evaluations: 2,
  spacing: "trailing",
  aliases: {
    exp_heun_2_x0: { options: { eta: 0, stage: "end" } },
    exp_heun_2_x0_sde: { options: { stage: "end" } },
  },
  reference: "Gonzalez et al. 2023, SEEDS-2 of the data with its middle at r = 1 / 2, arXiv:2305.14267",
  options: {
    ...etaOption(1),
    stage: choice(
      ["middle", "end"],
      "Where the second evaluation lies; at the end it is an exponential Heun.",
      "middle",
    ),
  },
  create: ({ eta, stage }) => seeds(eta, stages[stage]),
});
