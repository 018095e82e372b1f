import { linspace } from "../../math/numbers.ts";
import { anything, type FieldValues, field, integer, nullable, number, oneOf, optional } from "../../util/fields.ts";
import { itemAt } from "../../util/items.ts";
import type { X0Transform } from "../guidance.ts";
import { edmCoordinates, flowMatching, varianceExploding } from "../process/coordinates.ts";
import { edm, flow, shifted } from "../process/flow-schedules.ts";
import { cleanLevel, levelOfAlphaBar, type Schedule } from "../process/level.ts";
import { edmTarget, targets } from "../process/prediction.ts";
import { type SamplerEntry, samplerChoice } from "../samplers/define-sampler.ts";
import { dpmpp2m } from "../samplers/dpmpp-2m.ts";
import { dpmpp2mSde } from "../samplers/dpmpp-2m-sde.ts";
import { euler } from "../samplers/euler.ts";
import { heun } from "../samplers/heun.ts";
import { ipndm as ipndmSampler } from "../samplers/ipndm.ts";
import type { SamplerOptions } from "../samplers/options.ts";
import { renoise } from "../samplers/renoise.ts";
import type { SchedulerSettings } from "../scheduler.ts";
import { exponential, karras, type Ramp } from "../spacing/ramps.ts";
import { ramped, type Spacing } from "../spacing/spacing.ts";
import {
  continuousSettings,
  define,
  dynamicShiftFields,
  finalField,
  flag,
  innerTwice,
  only,
  rampFields,
  rampOf,
  thresholdFields,
  x0TransformOf,
} from "./fields.ts";

const edmFields = {
  sigma_min: field(number({ above: 0 }), 0.002),
  sigma_max: field(number({ above: 0 }), 80),
  sigma_data: field(number({ above: 0 }), 0.5),
  sigma_schedule: field(oneOf("karras", "exponential"), "karras"),
  num_train_timesteps: field(integer({ from: 1 }), 1000),
  prediction_type: field(oneOf("epsilon", "v_prediction"), "epsilon"),
  rho: field(number({ above: 0 }), 7),
  ...finalField,
};

function edmSettings(
  config: FieldValues<typeof edmFields>,
  particular: {
    readonly sampler: SamplerEntry;
    readonly samplerOptions?: SamplerOptions;
    readonly x0Transform?: X0Transform;
  },
): SchedulerSettings {
  const { sigma_min: sigmaMin, sigma_max: sigmaMax, sigma_data: sigmaData, rho } = config;
  const schedule = edm({ steps: config.num_train_timesteps, sigmaMin, sigmaMax, rho });
  const ramp = config.sigma_schedule === "karras" ? karras({ rho }) : exponential();
  return continuousSettings({
    schedule,
    spacing: ramped(ramp, { ratioMin: sigmaMin, ratioMax: sigmaMax }),
    finalLevel: config.final_sigmas_type === "zero" ? cleanLevel : schedule.level(1),
    target: edmTarget(sigmaData, { sign: config.prediction_type === "epsilon" ? 1 : -1 }),
    coordinates: varianceExploding,
    networkCoordinates: edmCoordinates(sigmaData),
    initialNoiseScale: () => Math.hypot(sigmaMax, 1),
    ...particular,
  });
}

/** EDMEulerScheduler */
export const edmEuler = define(edmFields, (config) => edmSettings(config, { sampler: euler }));

/** EDMDPMSolverMultistepScheduler */
export const edmDpm = define(
  {
    ...edmFields,
    ...thresholdFields,
    solver_order: field(integer({ from: 1, to: 3 }), 2),
    algorithm_type: field(oneOf("dpmsolver++", "sde-dpmsolver++"), "dpmsolver++"),
    solver_type: field(oneOf("midpoint", "heun"), "midpoint"),
    lower_order_final: flag(true),
    euler_at_final: flag(),
  },
  (config) =>
    edmSettings(config, {
      ...samplerChoice(config.algorithm_type === "dpmsolver++" ? dpmpp2m : dpmpp2mSde, {
        order: config.solver_order,
        algorithm: config.algorithm_type,
        solverType: config.solver_type,
        lowerOrderFinal: config.lower_order_final,
        eulerAtFinal: config.euler_at_final,
      }),
      x0Transform: x0TransformOf(config),
    }),
);

const flowFields = {
  num_train_timesteps: field(integer({ from: 1 }), 1000),
  shift: field(number({ above: 0 }), 1),
};

/** Evenly from T to the time whose shifted place is the first one's: diffusers shifts its ends and then the walk. */
const twiceShifted =
  (shift: number): Spacing =>
  (schedule, n) =>
    Array.from(linspace(schedule.steps, schedule.steps * shifted(1 / schedule.steps, shift), n), schedule.level);

/** `twiceShifted`, stretched to end at the sigma `terminal` where that is above 0, and then replaced by a ramp. */
const rebuilt =
  (shift: number, ramp: Ramp | undefined, terminal: number): Spacing =>
  (schedule, n) => {
    const path = twiceShifted(shift)(schedule, n);
    const factor = terminal > 0 ? itemAt(path, -1).alpha / (1 - terminal) : 1;
    const sigmas = path.map(({ alpha }) => 1 - alpha / factor);
    const ratios = ramp?.(itemAt(sigmas, 0), itemAt(sigmas, -1), n) ?? sigmas;
    return Array.from(ratios, (sigma) => ({ t: timeOfSigma(sigma, shift) * schedule.steps, alpha: 1 - sigma, sigma }));
  };

/** The part u of a flow that a shift brings to `sigma`. */
const timeOfSigma = (sigma: number, shift: number): number => Math.min(shifted(sigma, 1 / shift), 1);

function flowSettings(
  { num_train_timesteps: steps, shift }: FieldValues<typeof flowFields>,
  particular: { readonly sampler: SamplerEntry } & Partial<SchedulerSettings>,
): SchedulerSettings {
  return continuousSettings({
    schedule: flow({ steps, shift }),
    spacing: twiceShifted(shift),
    finalLevel: { t: 0, alpha: 1, sigma: 0 },
    target: targets.flow,
    coordinates: flowMatching,
    networkCoordinates: flowMatching,
    sigmas: ({ levels }) => levels.map(({ sigma }) => sigma),
    ...particular,
  });
}

/** FlowMatchEulerDiscreteScheduler */
export const flowEuler = define(
  {
    ...flowFields,
    ...rampFields,
    ...dynamicShiftFields,
    invert_sigmas: only(false),
    stochastic_sampling: flag(),
    shift_terminal: optional(nullable(number({ from: 0, below: 1 }))),
    base_shift: optional(anything),
    max_shift: optional(anything),
    base_image_seq_len: optional(anything),
    max_image_seq_len: optional(anything),
  },
  (config) =>
    flowSettings(config, {
      sampler: config.stochastic_sampling ? renoise : euler,
      spacing: rebuilt(config.shift, rampOf(config), config.shift_terminal || 0),
    }),
);

/** FlowMatchHeunDiscreteScheduler */
export const flowHeun = define(flowFields, (config) =>
  flowSettings(config, {
    ...samplerChoice(heun, { coordinates: "flow-matching" }),
    evaluationLevels: ({ levels }) => innerTwice(levels).slice(0, -1),
    sigmas: ({ levels }) => innerTwice(levels).map(({ sigma }) => sigma),
  }),
);

/** IPNDMScheduler: sigma = sin(pi u / 2)^2, and a first step that believes in no data. */
export const ipndm = define(
  { num_train_timesteps: field(integer({ from: 1 }), 1000), trained_betas: field(oneOf(null), null) },
  ({ num_train_timesteps: steps }) => {
    const share = (u: number) => 1 - Math.sin((Math.PI / 2) * u) ** 4;
    const level = (t: number) => levelOfAlphaBar(t, share(t / steps));
    const timestep = (t: number) => (Math.asin(level(t).sigma) / Math.PI) * 2;
    const schedule: Schedule = { name: "ipndm", steps, alphaBar: (t) => share(t / steps), level, timestep };
    return continuousSettings({
      sampler: ipndmSampler,
      schedule,
      spacing: (_, n) => Array.from({ length: n }, (_, i) => level(steps - (steps * i) / n)),
      finalLevel: cleanLevel,
      target: targets.v_prediction,
      x0Transform: blindAtNoise,
    });
  },
);

const blindAtNoise: X0Transform = (denoise) => async (x, level, step) => {
  const estimate = await denoise(x, level, step);
  return level.alpha === 0 ? { ...estimate, x0: new Float32Array(x.length) } : estimate;
};
