import type { Latent } from "../../process/latent.ts";
import { lin } from "../../process/latent.ts";
import type { Estimate } from "../../process/prediction.ts";
import { evaluateOnce, firstOrderStep, isEndpoint, type Sampler } from "../loop.ts";
import { numberFrom } from "../options.ts";

/** The option of gradient estimation. */
export const gradientOptions = { gamma: numberFrom(1, "The weight of the newest estimate; 1 is Euler's method.", 2) };

/** Euler's method, driven on by the change of the estimated noise since the step before; `read` chooses what is estimated. */
export const gradientSteps = (gamma: number, read: (estimate: Estimate) => Estimate): Sampler =>
  evaluateOnce(() => {
    let past: Latent | undefined;
    return (_, estimate, interval) => {
      const { from, to } = interval;
      const { x0, eps } = read(estimate);
      const change =
        past && !isEndpoint(interval) ? (gamma - 1) * (to.sigma - (to.alpha / from.alpha) * from.sigma) : 0;
      const x = firstOrderStep(interval, { x0, eps });
      const driven = past && change !== 0 ? lin([1, x], [change, eps], [-change, past]) : x;
      past = from.alpha > 0 ? eps : undefined;
      return driven;
    };
  });
