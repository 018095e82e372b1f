import { addNoise } from "../process/forward.ts";
import type { Level } from "../process/level.ts";
import { defineSampler } from "./define-sampler.ts";
import { evaluateOnce, firstOrderStep, type SamplerInput } from "./loop.ts";
import { share } from "./options.ts";

/** The level at (1 - eta) of the next index, in whole indices as the published models were trained. */
const lowerLevel = ({ levelAt }: SamplerInput, to: Level, eta: number): Level =>
  eta === 0 || to.t < 1 ? to : levelAt.time(1 + Math.floor((1 - eta) * (to.t - 1)));

/** Trajectory consistency sampling: go below the next level, then noise back up to it. */
export const tcd = defineSampler({
  name: "tcd",
  title: "TCD",
  order: 0,
  stochastic: true,
  evaluations: 1,
  keepsEnd: true,
  spacing: "trailing",
  aliases: { TCDScheduler: {} },
  reference: "Zheng et al. 2024, algorithm 4, arXiv:2402.19159",
  options: { eta: share("The paper's gamma: how far below the next level each step first goes; 0 is DDIM.", 0.3) },
  create: ({ eta }) =>
    evaluateOnce((input) => (_, estimate, { i, n, from, to }) => {
      const below = lowerLevel(input, to, eta);
      const x = firstOrderStep({ to: below }, estimate);
      return eta > 0 && i < n - 1 ? addNoise(below, to, x, input.noise(from, to)) : x;
    }),
});
