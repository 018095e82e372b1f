import { defineSampler } from "./define-sampler.ts";
import { type Axis, linearMultistep } from "./methods/linear-multistep.ts";
import { flag, integer } from "./options.ts";

/** Polynomials in the noise ratio's logarithm, the paper's log-rho. */
const logRatio: Axis = {
  coordinate: (at, from) => Math.log(at / from),
  moments(from, to, n) {
    const end = Math.log(to / from);
    let moment = to - from;
    return Array.from({ length: n }, (_, j) => {
      if (j > 0) moment = to * end ** j - j * moment;
      return moment;
    });
  },
  reachesZero: false,
};

/** DEIS in log-rho. */
export const deis = defineSampler({
  name: "deis",
  title: "DEIS",
  order: 2,
  stochastic: false,
  evaluations: 1,
  spacing: "trailing",
  aliases: {
    DEISMultistepScheduler: {},
    "deis-1": { options: { order: 1 }, order: 1 },
    "deis-3": { options: { order: 3 } },
  },
  reference: "Zhang and Chen 2023, algorithm 1, arXiv:2204.13902",
  options: {
    order: integer({ min: 1, max: 3 }, "Evaluations that a step remembers, its own included.", 2),
    lowerOrderFinal: flag("The last steps are of lower order where there are few.", false),
  },
  create: (options) => linearMultistep(logRatio, options),
});
