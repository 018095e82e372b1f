import { z } from "zod";
import { AquatintError } from "../../errors.ts";
import { roundHalfEven } from "../../math/numbers.ts";
import { exponential } from "../ramps.ts";
import type { SamplerName, SamplerOptions } from "../registry.ts";
import type { SchedulerSettings } from "../scheduler.ts";
import { open, ramped, type Spacing } from "../spacing.ts";
import {
  type DiscreteConfig,
  define,
  discreteFields,
  discreteSettings,
  finalField,
  finalOf,
  flag,
  LEAST,
  limitOf,
  only,
  rampFields,
  rampOf,
  scheduleOf,
  thresholdFields,
  timesOf,
} from "./fields.ts";

/** The multistep solvers' spacing: whole times short of the last, ramps over the whole schedule. */
function solverSpacing(config: DiscreteConfig & z.infer<z.ZodObject<typeof rampFields>>, { lu = false } = {}): Spacing {
  const ramp = lu ? exponential() : rampOf(config);
  const times = timesOf(config);
  if (!ramp) return config.timestep_spacing === "trailing" ? times : open(times);
  const rounds = (config.use_karras_sigmas || lu) && config.beta_schedule !== "squaredcos_cap_v2";
  return ramped(ramp, { toWhole: rounds ? roundHalfEven : Math.floor });
}

const solverFields = {
  ...discreteFields(),
  ...rampFields,
  ...thresholdFields,
  solver_order: z.int().min(1).max(3).default(2),
  lower_order_final: flag(true),
  use_flow_sigmas: only(false),
  flow_shift: z.number().default(1),
  use_dynamic_shifting: only(false),
  time_shift_type: z.unknown().optional(),
};

const dpmFields = {
  algorithm_type: z.enum(["dpmsolver++", "dpmsolver", "sde-dpmsolver++", "sde-dpmsolver"]).default("dpmsolver++"),
  solver_type: z.enum(["midpoint", "heun"]).default("midpoint"),
  euler_at_final: flag(),
  use_lu_lambdas: flag(),
  lambda_min_clipped: z.literal(Number.NEGATIVE_INFINITY).nullish(),
  variance_type: z.null().optional(),
};

const solver = (
  config: z.infer<z.ZodObject<typeof solverFields>>,
  { sampler, samplerOptions, final, lu = false, noiseOnly = false }: SolverParts,
): SchedulerSettings => {
  const schedule = scheduleOf(config, { least: LEAST });
  return discreteSettings(config, {
    sampler,
    samplerOptions,
    schedule,
    spacing: solverSpacing(config, { lu }),
    final: finalOf(final, schedule),
    limit: limitOf(config, { reconcile: noiseOnly }),
  });
};
interface SolverParts {
  readonly sampler: SamplerName;
  readonly samplerOptions: SamplerOptions;
  readonly final: "zero" | "sigma_min";
  readonly lu?: boolean;
  readonly noiseOnly?: boolean;
}

/** DPMSolverMultistepScheduler */
export const dpmMultistep = define({ ...solverFields, ...dpmFields, ...finalField }, (config) => {
  const { algorithm_type: algorithm, solver_order: order } = config;
  checkFinal(algorithm, config.final_sigmas_type);
  return solver(config, {
    sampler: algorithm.startsWith("sde") ? "dpmpp-2m-sde" : "dpmpp-2m",
    samplerOptions: {
      order,
      algorithm,
      solverType: config.solver_type,
      lowerOrderFinal: config.lower_order_final,
      eulerAtFinal: config.euler_at_final,
    },
    final: config.final_sigmas_type,
    lu: config.use_lu_lambdas,
    noiseOnly: !algorithm.endsWith("++"),
  });
});

/** DPMSolverSinglestepScheduler */
export const dpmSinglestep = define(
  {
    ...solverFields,
    ...dpmFields,
    ...finalField,
    algorithm_type: z.enum(["dpmsolver++", "dpmsolver", "sde-dpmsolver++"]).default("dpmsolver++"),
    lower_order_final: flag(),
    timestep_spacing: only("linspace"),
    rescale_betas_zero_snr: only(false),
  },
  (config) => {
    const { algorithm_type: algorithm, solver_order: order, solver_type: solverType } = config;
    checkFinal(algorithm, config.final_sigmas_type);
    return solver(config, {
      sampler: "dpmpp-2s",
      samplerOptions: { order, algorithm, solverType, lowerOrderFinal: config.lower_order_final },
      final: config.final_sigmas_type,
      noiseOnly: !algorithm.endsWith("++"),
    });
  },
);

/** DEISMultistepScheduler */
export const deis = define(
  { ...solverFields, algorithm_type: only("deis"), solver_type: only("logrho"), rescale_betas_zero_snr: only(false) },
  (config) =>
    solver(config, {
      sampler: "deis",
      samplerOptions: { order: config.solver_order, lowerOrderFinal: config.lower_order_final },
      final: "sigma_min",
      noiseOnly: true,
    }),
);

/** UniPCMultistepScheduler */
export const uniPc = define(
  {
    ...solverFields,
    ...finalField,
    predict_x0: flag(true),
    solver_type: z.enum(["bh1", "bh2"]).default("bh2"),
    disable_corrector: z.array(z.int().nonnegative()).default([]),
    solver_p: z.null().optional(),
  },
  (config) =>
    solver(config, {
      sampler: "unipc",
      samplerOptions: {
        order: config.solver_order,
        variant: config.solver_type,
        predictData: config.predict_x0,
        lowerOrderFinal: config.lower_order_final,
        uncorrected: config.disable_corrector,
      },
      final: config.final_sigmas_type,
      noiseOnly: !config.predict_x0,
    }),
);

/** A solver that extrapolates the noise cannot step to a level without noise. */
function checkFinal(algorithm: string, final: "zero" | "sigma_min"): void {
  if (algorithm.endsWith("++") || final === "sigma_min") return;
  throw new AquatintError("config/invalid", `the algorithm_type "${algorithm}" cannot end at a sigma of zero`, {
    hint: 'set "final_sigmas_type" to "sigma_min"',
  });
}
