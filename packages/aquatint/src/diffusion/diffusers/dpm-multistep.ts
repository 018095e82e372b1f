import { AquatintError } from "../../errors.ts";
import { samplerChoice } from "../samplers/define-sampler.ts";
import { dpmpp2m } from "../samplers/dpmpp-2m.ts";
import { dpmpp2mSde } from "../samplers/dpmpp-2m-sde.ts";
import { checkFinal, dpmFields, solver, solverFields } from "./dpm-fields.ts";
import { define, finalField } from "./fields.ts";

/** DPMSolverMultistepScheduler */
export const dpmMultistep = define({ ...solverFields, ...dpmFields, ...finalField }, (config) => {
  const { algorithm_type: algorithm, solver_order: order } = config;
  checkFinal(algorithm, config.final_sigmas_type);
  checkOrder(algorithm, order);
  return solver(config, {
    ...samplerChoice(algorithm.startsWith("sde") ? dpmpp2mSde : dpmpp2m, {
      order,
      algorithm,
      solverType: config.solver_type,
      lowerOrderFinal: config.lower_order_final,
      eulerAtFinal: config.euler_at_final,
    }),
    final: config.final_sigmas_type,
    least: config.lambda_min_clipped,
    lu: config.use_lu_lambdas,
    noiseOnly: !algorithm.endsWith("++"),
  });
});

/** diffusers has no step of order 3 for the one, and for the other one whose signs are not those of its paper. */
function checkOrder(algorithm: string, order: number): void {
  if (order < 3 || !algorithm.startsWith("sde")) return;
  throw new AquatintError("config/invalid", `the algorithm_type "${algorithm}" has no step of order 3 here`, {
    hint: 'set "solver_order" to 2; the sampler dpmpp-3m-sde takes three evaluations as k-diffusion does',
  });
}
