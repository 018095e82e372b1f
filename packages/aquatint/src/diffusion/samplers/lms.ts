import { defineSampler } from "./define-sampler.ts";
import { type Axis, linearMultistep } from "./methods/linear-multistep.ts";
import { integer } from "./options.ts";

/** Polynomials in the noise ratio. */
const ratio: Axis = {
  coordinate: (at, from) => at - from,
  moments: (from, to, n) => Array.from({ length: n }, (_, j) => (to - from) ** (j + 1) / (j + 1)),
  reachesZero: true,
};

/** Adams and Bashforth's method in sigma. */
export const lms = defineSampler({
  name: "lms",
  title: "LMS",
  order: 2,
  stochastic: false,
  evaluations: 1,
  spacing: "fractional",
  automatic: "uniform",
  aliases: { LMSDiscreteScheduler: {} },
  reference: "Karras et al. 2022's flow by Adams and Bashforth's method as in k-diffusion, arXiv:2206.00364",
  options: { order: integer({ min: 1, max: 4 }, "Evaluations that a step remembers, its own included.", 4) },
  create: ({ order }) => linearMultistep(ratio, { order }),
});
