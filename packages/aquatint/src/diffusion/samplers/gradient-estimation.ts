import { type Latent, lin } from "../process/latent.ts";
import { defineSampler } from "./define-sampler.ts";
import { evaluateOnce, firstOrderStep, isEndpoint } from "./loop.ts";
import { transfer } from "./methods/pseudo-linear.ts";
import { numberFrom } from "./options.ts";

/** Gradient estimation: Euler's method along the estimated noise, driven on by its change since the step before. */
export const gradientEstimation = defineSampler({
  name: "gradient-estimation",
  title: "Gradient estimation",
  order: 1,
  stochastic: false,
  evaluations: 1,
  spacing: "fractional",
  aliases: {},
  reference: "Permenter and Yuan 2024, algorithm 2, arXiv:2306.04848",
  options: { gamma: numberFrom(1, "The weight of the newest estimate; 1 is Euler's method.", 2) },
  create: ({ gamma }) =>
    evaluateOnce(() => {
      let past: Latent | undefined;
      return (x, estimate, interval) => {
        const { from, to } = interval;
        const eps = past ? lin([gamma, estimate.eps], [1 - gamma, past]) : estimate.eps;
        past = from.alpha > 0 ? estimate.eps : undefined;
        return isEndpoint(interval) ? firstOrderStep(interval, estimate) : transfer(x, from, to, eps);
      };
    }),
});
