import { lin } from "../process/latent.ts";
import { defineSampler } from "./define-sampler.ts";
import { evaluateOnce } from "./loop.ts";
import { positive } from "./options.ts";

const SIGMA_DATA = 0.5;

/** Latent consistency sampling: jump to the data, add fresh noise, jump again. */
export const lcm = defineSampler({
  name: "lcm",
  title: "LCM",
  order: 0,
  stochastic: true,
  evaluations: 1,
  spacing: "trailing",
  aliases: { LCMScheduler: {} },
  reference: "Luo et al. 2023, algorithm 3, arXiv:2310.04378",
  options: {
    timestepScaling: positive(
      "The factor of times in the boundary condition, by which the input is blended in near clean data.",
      10,
    ),
  },
  create: ({ timestepScaling }) =>
    evaluateOnce(({ noise }) => (x, { x0 }, { i, n, from, to }) => {
      const scaled = Math.max(from.t - 1, 0) * timestepScaling; // the boundary condition reads the published index
      const norm = Math.hypot(scaled, SIGMA_DATA);
      const jump = lin([scaled / norm, x0], [(SIGMA_DATA / norm) ** 2, x]);
      return i === n - 1 ? jump : lin([to.alpha, jump], [to.sigma, noise(from, to)]);
    }),
});
