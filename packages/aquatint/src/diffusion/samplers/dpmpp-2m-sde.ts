import { defineSampler } from "./define-sampler.ts";
import { etaOption } from "./methods/ancestral.ts";
import { dpmMultistep, dpmMultistepOptions } from "./methods/dpm-multistep.ts";

/** DPM-Solver++ as a stochastic equation, multistep of two evaluations. */
export const dpmpp2mSde = defineSampler({
  name: "dpmpp-2m-sde",
  title: "DPM-Solver++ (2M SDE)",
  order: 2,
  stochastic: true,
  evaluations: 1,
  spacing: "trailing",
  automatic: "exponential",
  aliases: {
    "DPM++ 2M SDE": {},
    "DPM++ 2M SDE Heun": { options: { solverType: "heun" } },
    dpmpp_2m_sde: {},
  },
  reference: "Lu et al. 2022, appendix on SDE-DPM-Solver++, arXiv:2211.01095",
  options: { ...dpmMultistepOptions({ order: 2, algorithm: "sde-dpmsolver++" }), ...etaOption(1) },
  create: dpmMultistep,
});
