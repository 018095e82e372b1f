import { type Latent, lin } from "../../process/latent.ts";
import type { Level } from "../../process/level.ts";
import { evaluateOnce, firstOrderStep, isEndpoint, type Sampler } from "../loop.ts";
import { addFreshNoise } from "./ancestral.ts";
import { cfgPlusPlus, renoised, withoutPrompt } from "./cfgpp.ts";
import { descent } from "./descent.ts";
import { dataIntegrator, lambda } from "./exponential-integrator.ts";

/** The step before: where it began, the level below which it added noise, and its prediction. */
interface PastStep {
  readonly from: Level;
  readonly below: Level;
  readonly m: Latent;
}

const integrator = dataIntegrator(0);

/**
 * RES of two evaluations, multistep (Zhang, Zhu and Chen 2023), with a share `eta` of ancestral noise. c2 is where the
 * prediction before lies, in steps, counted from the level below which the step before added noise, as in ComfyUI.
 */
export const resMultistep = ({ eta, cfgpp = false }: { readonly eta: number; readonly cfgpp?: boolean }): Sampler =>
  evaluateOnce((input) => {
    let past: PastStep | undefined;
    return (x, estimate, interval) => {
      const { from, to } = interval;
      const { below, deviation } = descent(from, to, eta);
      const m = (cfgpp ? withoutPrompt(estimate) : estimate).x0;
      const before = past;
      past = from.alpha > 0 ? { from, below, m } : undefined;
      if (!before || isEndpoint(interval)) {
        const end = firstOrderStep({ to: below }, cfgpp ? cfgPlusPlus(estimate) : estimate);
        return addFreshNoise(input, interval, end, deviation);
      }
      const c2 = (lambda(before.from) - lambda(before.below)) / (lambda(below) - lambda(from));
      const k = integrator.coefficients(from, below);
      const start = cfgpp ? renoised(x, from, estimate) : x;
      const end = lin([k.x, start], [k.phi1 - k.phi2 / c2, m], [k.phi2 / c2, before.m]);
      return addFreshNoise(input, interval, end, deviation);
    };
  });
