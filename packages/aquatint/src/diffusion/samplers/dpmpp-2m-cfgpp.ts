import { type Latent, lin } from "../process/latent.ts";
import type { Level } from "../process/level.ts";
import { defineSampler } from "./define-sampler.ts";
import { evaluateOnce, isEndpoint } from "./loop.ts";
import { unconditionalNoise } from "./methods/cfgpp.ts";
import { integrators, lambda } from "./methods/exponential-integrator.ts";

const solver = integrators["dpmsolver++"]();

/** DPM-Solver++ (2M) in the CFG++ form: the noise and the past are those without the prompt. */
export const dpmpp2mCfgpp = defineSampler({
  name: "dpmpp-2m-cfgpp",
  title: "DPM-Solver++ (2M) CFG++",
  order: 2,
  stochastic: false,
  evaluations: 1,
  unconditional: true,
  spacing: "trailing",
  aliases: { "DPM++ 2M CFG++": {}, dpmpp_2m_cfg_pp: {} },
  reference: "Chung et al. 2024 with the second-order term of Lu et al. 2022 as in ComfyUI, arXiv:2406.08070",
  options: {},
  create: () =>
    evaluateOnce(() => {
      let past: { readonly level: Level; readonly x0: Latent } | undefined;
      return (_, estimate, interval) => {
        const { from, to } = interval;
        const terms: (readonly [number, Latent])[] = [
          [to.alpha, estimate.x0],
          [to.sigma, unconditionalNoise(estimate)],
        ];
        if (past && !isEndpoint(interval)) {
          const r = (lambda(from) - lambda(past.level)) / (lambda(to) - lambda(from));
          const weight = solver.coefficients(from, to).phi1 / (2 * r);
          terms.push([weight, estimate.x0], [-weight, past.x0]);
        }
        past = from.alpha > 0 ? { level: from, x0: (estimate.unconditional ?? estimate).x0 } : undefined;
        return lin(...terms);
      };
    }),
});
