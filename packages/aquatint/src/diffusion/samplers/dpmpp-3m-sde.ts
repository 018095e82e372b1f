import { defineSampler } from "./define-sampler.ts";
import { etaOption } from "./methods/ancestral.ts";
import { dpmMultistep, dpmMultistepOptions } from "./methods/dpm-multistep.ts";

/** DPM-Solver++ as a stochastic equation, multistep of three evaluations. */
export const dpmpp3mSde = defineSampler({
  name: "dpmpp-3m-sde",
  title: "DPM-Solver++ (3M SDE)",
  order: 2,
  stochastic: true,
  evaluations: 1,
  dropLast: true,
  spacing: "trailing",
  automatic: "exponential",
  aliases: { "DPM++ 3M SDE": {}, dpmpp_3m_sde: {} },
  reference: "Lu et al. 2022, SDE-DPM-Solver++ of three evaluations as in k-diffusion, arXiv:2211.01095",
  options: {
    ...dpmMultistepOptions({ order: 3, algorithm: "sde-dpmsolver++", solverType: "heun" }),
    ...etaOption(1),
  },
  create: dpmMultistep,
});
