import { field, oneOf } from "../../util/fields.ts";
import { samplerChoice } from "../samplers/define-sampler.ts";
import { dpmpp2s } from "../samplers/dpmpp-2s.ts";
import { checkFinal, dpmFields, solver, solverFields } from "./dpm-fields.ts";
import { define, finalField, flag, only } from "./fields.ts";

/** DPMSolverSinglestepScheduler */
export const dpmSinglestep = define(
  {
    ...solverFields,
    ...dpmFields,
    ...finalField,
    algorithm_type: field(oneOf("dpmsolver++", "dpmsolver", "sde-dpmsolver++"), "dpmsolver++"),
    lower_order_final: flag(),
    timestep_spacing: only("linspace"),
    rescale_betas_zero_snr: only(false),
  },
  (config) => {
    const { algorithm_type: algorithm, solver_order: order, solver_type: solverType } = config;
    checkFinal(algorithm, config.final_sigmas_type);
    return solver(config, {
      ...samplerChoice(dpmpp2s, { order, algorithm, solverType, lowerOrderFinal: config.lower_order_final }),
      final: config.final_sigmas_type,
      least: config.lambda_min_clipped,
      noiseOnly: !algorithm.endsWith("++"),
    });
  },
);
