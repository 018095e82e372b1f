import { samplerChoice } from "../samplers/define-sampler.ts";
import { deis as deisSampler } from "../samplers/deis.ts";
import { solver, solverFields } from "./dpm-fields.ts";
import { define, only } from "./fields.ts";

/** DEISMultistepScheduler */
export const deis = define(
  { ...solverFields, algorithm_type: only("deis"), solver_type: only("logrho"), rescale_betas_zero_snr: only(false) },
  (config) =>
    solver(config, {
      ...samplerChoice(deisSampler, { order: config.solver_order, lowerOrderFinal: config.lower_order_final }),
      final: "sigma_min",
      flowEnd: "last",
      noiseOnly: true,
    }),
);
