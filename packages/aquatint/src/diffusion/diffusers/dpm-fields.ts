import { AquatintError } from "../../errors.ts";
import { linspace, roundHalfEven } from "../../math/numbers.ts";
import {
  either,
  type FieldValues,
  field,
  integer,
  nullable,
  nullish,
  number,
  oneOf,
  optional,
} from "../../util/fields.ts";
import { itemAt } from "../../util/items.ts";
import { flowMatching, noiseRatio } from "../process/coordinates.ts";
import { flow, shifted } from "../process/flow-schedules.ts";
import { cleanLevel, type Schedule } from "../process/level.ts";
import { targets } from "../process/prediction.ts";
import type { SamplerEntry } from "../samplers/define-sampler.ts";
import type { SamplerOptions } from "../samplers/options.ts";
import type { Path, SchedulerSettings } from "../scheduler.ts";
import { exponential } from "../spacing/ramps.ts";
import { dropLast, levels, ramped, type Spacing } from "../spacing/spacing.ts";
import {
  continuousSettings,
  discreteFields,
  dynamicShiftFields,
  finalOf,
  flag,
  LEAST,
  rampFields,
  rampOf,
  type ScheduleConfig,
  scheduleOf,
  thresholdFields,
  timesOf,
  x0TransformOf,
} from "./fields.ts";

/** The multistep solvers' spacing: whole times short of the last, ramps over the whole schedule. */
function solverSpacing(
  config: ScheduleConfig & FieldValues<typeof rampFields>,
  { lu = false, least = Number.NEGATIVE_INFINITY } = {},
): Spacing {
  const ramp = lu ? exponential() : rampOf(config);
  const times = clippedTimes(timesOf(config), least);
  if (!ramp) return config.timestep_spacing === "trailing" ? times : dropLast(times);
  const rounds = (config.use_karras_sigmas || lu) && config.beta_schedule !== "squaredcos_cap_v2";
  return ramped(ramp, { toWhole: rounds ? roundHalfEven : Math.floor });
}

/** Times among those whose ln(alpha / sigma) is not below `least`. */
const clippedTimes =
  (times: Spacing, least: number): Spacing =>
  (schedule, n) => {
    let { steps } = schedule;
    while (steps > 1 && -Math.log(noiseRatio(schedule.level(steps))) < least) steps--;
    return times({ ...schedule, steps }, n);
  };

/** The options that all multistep solvers read. */
export const solverFields = {
  ...discreteFields(),
  ...rampFields,
  ...thresholdFields,
  solver_order: field(integer({ from: 1, to: 3 }), 2),
  lower_order_final: flag(true),
  ...dynamicShiftFields,
  prediction_type: field(oneOf("epsilon", "sample", "v_prediction", "flow_prediction"), "epsilon"),
  use_flow_sigmas: flag(),
  flow_shift: field(number({ above: 0 }), 1),
};
type SolverConfig = FieldValues<typeof solverFields>;

const predicted = {
  epsilon: targets.epsilon,
  sample: targets.sample,
  v_prediction: targets.v_prediction,
  flow_prediction: targets.flow,
} as const;

/** End of a walk of flow sigmas: without noise, at its last level, or at the smallest ratio of the betas. */
type FlowEnd = "zero" | "last" | "ratio";

/** Flow matching's levels in place of the betas'; the network is told whole times. */
function flowSettings(
  config: SolverConfig,
  last: FlowEnd,
): Pick<
  SchedulerSettings,
  "schedule" | "spacing" | "coordinates" | "networkCoordinates" | "finalLevel" | "sigmas" | "path"
> {
  const { num_train_timesteps: T, flow_shift: shift } = config;
  const plain = flow({ steps: T });
  const smallest = noiseRatio(scheduleOf(config).level(1));
  const schedule: Schedule = { ...plain, timestep: (t) => Math.floor(plain.timestep(t)) };
  const spacing: Spacing = (_, n) =>
    Array.from(linspace(1 / T, 1, n + 1).subarray(0, n), (alpha) => plain.level(T * shifted(1 - alpha, shift)));
  const path = (steps: number): Path => {
    const trajectory = levels({ schedule, steps, spacing });
    const end = {
      zero: cleanLevel,
      last: itemAt(trajectory, -2),
      ratio: { t: 0, alpha: 1 - smallest, sigma: smallest },
    }[last];
    return { levels: [...trajectory.slice(0, -1), end] };
  };
  const sigmas: SchedulerSettings["sigmas"] = ({ levels: trajectory }) => trajectory.map(({ sigma }) => sigma);
  return {
    schedule,
    spacing,
    coordinates: flowMatching,
    networkCoordinates: flowMatching,
    finalLevel: cleanLevel,
    sigmas,
    path,
  };
}

/** The options of DPM-Solver's classes. */
export const dpmFields = {
  algorithm_type: field(oneOf("dpmsolver++", "dpmsolver", "sde-dpmsolver++", "sde-dpmsolver"), "dpmsolver++"),
  solver_type: field(oneOf("midpoint", "heun"), "midpoint"),
  euler_at_final: flag(),
  use_lu_lambdas: flag(),
  /** Least ln(alpha / sigma) that even times visit. */
  lambda_min_clipped: nullish(either(number(), oneOf(Number.NEGATIVE_INFINITY)), Number.NEGATIVE_INFINITY),
  /** The variance that such a network says is not read by these classes. */
  variance_type: optional(nullable(oneOf("learned", "learned_range"))),
};

/** The settings of such a solver. */
export const solver = (
  config: SolverConfig,
  { sampler, samplerOptions, final, lu = false, noiseOnly = false, flowEnd = "ratio", least }: SolverParts,
): SchedulerSettings => {
  const target = predicted[config.prediction_type];
  const x0Transform = x0TransformOf(config, { reconcile: noiseOnly });
  if (config.use_flow_sigmas) {
    const flowing = flowSettings(config, final === "zero" ? "zero" : flowEnd);
    return continuousSettings({ sampler, samplerOptions, target, x0Transform, ...flowing });
  }
  if (config.prediction_type === "flow_prediction") {
    throw new AquatintError("config/invalid", 'the prediction_type "flow_prediction" wants "use_flow_sigmas"');
  }
  const schedule = scheduleOf(config, { least: LEAST });
  return continuousSettings({
    sampler,
    samplerOptions,
    schedule,
    target,
    spacing: solverSpacing(config, { lu, least }),
    finalLevel: finalOf(final, schedule),
    x0Transform,
  });
};
interface SolverParts {
  readonly sampler: SamplerEntry;
  readonly samplerOptions: SamplerOptions;
  readonly final: "zero" | "sigma_min";
  readonly lu?: boolean;
  readonly noiseOnly?: boolean;
  /** End of a walk of flow sigmas that does not end at zero. */
  readonly flowEnd?: FlowEnd;
  readonly least?: number;
}

/** A solver that extrapolates the noise cannot step to a level without noise. */
export function checkFinal(algorithm: string, final: "zero" | "sigma_min"): void {
  if (algorithm.endsWith("++") || final === "sigma_min") return;
  throw new AquatintError("config/invalid", `the algorithm_type "${algorithm}" cannot end at a sigma of zero`, {
    hint: 'set "final_sigmas_type" to "sigma_min"',
  });
}
