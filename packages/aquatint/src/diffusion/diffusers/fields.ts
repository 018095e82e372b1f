import { AquatintError } from "../../errors.ts";
import {
  boolean,
  type Field,
  type Fields,
  type FieldValues,
  field,
  integer,
  listOf,
  nullable,
  nullish,
  number,
  oneOf,
} from "../../util/fields.ts";
import { clipX0, dynamicThreshold, identity, recomputeEps, type X0Transform } from "../guidance.ts";
import { scheduleFromBetas } from "../process/beta-schedules.ts";
import { noiseRatio, toCoordinates, variancePreserving } from "../process/coordinates.ts";
import { cleanLevel, type Level, type Schedule } from "../process/level.ts";
import { targets } from "../process/prediction.ts";
import { betaSchedules, zeroTerminalSnr } from "../process/schedules.ts";
import type { SchedulerSettings } from "../scheduler.ts";
import { beta, exponential, karras, type Ramp } from "../spacing/ramps.ts";
import { leading, levels, linspaced, type Spacing, trailing } from "../spacing/spacing.ts";

/** A class of diffusers: the options that it reads and what they say. */
export interface SchedulerClass {
  readonly fields: Fields;
  settings(config: FieldValues<Fields>): SchedulerSettings;
}

/** A class from its options, with their defaults, and what they mean. */
export const define = <F extends Fields>(
  fields: F,
  settings: (config: FieldValues<F>) => SchedulerSettings,
): SchedulerClass => ({ fields, settings: (config) => settings(config as FieldValues<F>) });

/** alphaBar(T) in classes that divide by it. */
export const LEAST = 2 ** -24;

/** A boolean option with its default. */
export const flag = (standard = false): Field<boolean> => nullish(boolean, standard);

/** An option that is known but works only at one value. */
export const only = <const T extends string | boolean>(value: T): Field<T> => ({
  ...nullish<T>(oneOf(value), value),
  values: `${value} (this is not supported yet)`,
});

/** Betas, prediction and spacing, which most classes read; the arguments are the class's defaults. */
export const discreteFields = ({ betas = [0.0001, 0.02], spacing = "linspace" }: DiscreteDefaults = {}) => ({
  num_train_timesteps: field(integer({ from: 1 }), 1000),
  beta_start: field(number({ above: 0 }), betas[0]),
  beta_end: field(number({ above: 0 }), betas[1]),
  beta_schedule: field(
    oneOf("linear", "scaled_linear", "squaredcos_cap_v2", "sigmoid", "cosine"),
    betas[0] === 0.00085 && spacing === "leading" ? "scaled_linear" : "linear",
  ),
  /** Ours, for "cosine" only: the clip of its betas; null for the exact function. */
  max_beta: field(nullable(number({ above: 0, to: 1 })), null),
  trained_betas: field(nullable(listOf(number(), { min: 1 })), null),
  prediction_type: field(oneOf("epsilon", "sample", "v_prediction"), "epsilon"),
  timestep_spacing: field(oneOf("leading", "trailing", "linspace"), spacing),
  steps_offset: field(integer({ from: 0 }), 0),
  rescale_betas_zero_snr: flag(),
});

interface DiscreteDefaults {
  readonly betas?: readonly [number, number];
  readonly spacing?: "leading" | "linspace";
}

/** The betas of Stable Diffusion. */
export const stableDiffusion = [0.00085, 0.012] as const;

/** Clipping of the estimated data. */
export const clipFields = (standard = true) => ({
  clip_sample: flag(standard),
  clip_sample_range: field(number({ above: 0 }), 1),
});

/** Dynamic thresholding of the estimated data. */
export const thresholdFields = {
  thresholding: flag(),
  dynamic_thresholding_ratio: field(number({ from: 0, to: 1 }), 0.995),
  sample_max_value: field(number({ above: 0 }), 1),
};

/** Ramps of sigma in place of even times. */
export const rampFields = {
  use_karras_sigmas: flag(),
  use_exponential_sigmas: flag(),
  use_beta_sigmas: flag(),
};

/** A shift that follows the size of the image, which no caller says yet. */
export const dynamicShiftFields = {
  use_dynamic_shifting: only(false),
  time_shift_type: field(oneOf("exponential", "linear"), "exponential"),
};

/** The last sigma. */
export const finalField = {
  final_sigmas_type: nullish(oneOf("zero", "sigma_min"), "zero"),
};

/** Fields that `discreteFields` reads. */
export type DiscreteConfig = FieldValues<ReturnType<typeof discreteFields>>;
/** The fields that say where the noise is, whatever is predicted. */
export type ScheduleConfig = Omit<DiscreteConfig, "prediction_type">;
type LimitConfig = Partial<FieldValues<ReturnType<typeof clipFields> & typeof thresholdFields>>;

/** The schedule of a configuration; `least` keeps alphaBar(T) above zero where it is rescaled to zero. */
export function scheduleOf(config: ScheduleConfig, { least = 0 } = {}): Schedule {
  const plain = plainSchedule(config);
  return config.rescale_betas_zero_snr ? zeroTerminalSnr(plain, { least }) : plain;
}

function plainSchedule(config: ScheduleConfig): Schedule {
  const { beta_schedule, beta_start, beta_end, trained_betas, max_beta, num_train_timesteps: steps } = config;
  if (max_beta !== null && (beta_schedule !== "cosine" || trained_betas)) {
    throw new AquatintError("config/invalid", `"max_beta" belongs to the beta_schedule "cosine"`);
  }
  if (!trained_betas) {
    const maxBeta = max_beta ?? undefined;
    return betaSchedules[beta_schedule]({ steps, betaStart: beta_start, betaEnd: beta_end, maxBeta, float32: true });
  }
  if (trained_betas.length === steps) return scheduleFromBetas(trained_betas, { name: "trained_betas", float32: true });
  throw new AquatintError("config/invalid", `expected ${steps} "trained_betas", got ${trained_betas.length}`, {
    hint: `set "num_train_timesteps" to ${trained_betas.length}`,
  });
}

/** The bounds on the estimated data; `reconcile` where the class derives the noise from the bounded data. */
export function x0TransformOf(config: LimitConfig, { reconcile = false } = {}): X0Transform {
  const bound = boundsOf(config);
  return reconcile && bound !== identity ? (denoise, rows) => recomputeEps(bound(denoise, rows)) : bound;
}

function boundsOf(config: LimitConfig): X0Transform {
  if (config.thresholding) {
    const { dynamic_thresholding_ratio: quantile = 0.995, sample_max_value: max = 1 } = config;
    return (denoise, rows) => dynamicThreshold(denoise, { quantile, max, rows });
  }
  if (config.clip_sample) return (denoise) => clipX0(denoise, config.clip_sample_range);
  return identity;
}

/** The ramp of sigmas that a configuration chooses, if it does. */
export function rampOf(config: FieldValues<typeof rampFields>): Ramp | undefined {
  const ramps = [
    config.use_karras_sigmas && karras(),
    config.use_exponential_sigmas && exponential(),
    config.use_beta_sigmas && beta(),
  ].filter((ramp) => ramp !== false);
  if (ramps.length < 2) return ramps[0];
  throw new AquatintError("config/invalid", "only one of the use_..._sigmas options can be true");
}

const evenTimes = { leading, trailing, linspace: linspaced };

/** Even times as a configuration chooses them. */
export const timesOf = ({ timestep_spacing, steps_offset }: ScheduleConfig): Spacing =>
  evenTimes[timestep_spacing]({ offset: steps_offset });

/** Differences of a class from the plain case: variance-preserving, one evaluation a step, to clean data. */
export type Particular = Pick<SchedulerSettings, "sampler"> & Partial<SchedulerSettings>;

/** Settings of a discrete schedule. */
export function discreteSettings(config: DiscreteConfig, particular: Particular): SchedulerSettings {
  const { schedule = scheduleOf(config), spacing = timesOf(config), finalLevel = cleanLevel } = particular;
  return continuousSettings({
    target: targets[config.prediction_type],
    ...particular,
    schedule,
    spacing,
    finalLevel,
  });
}

/** Settings of any schedule. */
export function continuousSettings(
  particular: Particular & Pick<SchedulerSettings, "schedule" | "target" | "spacing" | "finalLevel">,
): SchedulerSettings {
  const { schedule, spacing, finalLevel, coordinates = variancePreserving } = particular;
  return {
    samplerOptions: {},
    x0Transform: identity,
    coordinates,
    networkCoordinates: variancePreserving,
    path: (steps) => ({
      levels: levels({ schedule, steps, spacing, finalLevel }).map((level) => toCoordinates(coordinates, level)),
    }),
    evaluationLevels: ({ levels }) => levels.slice(0, -1),
    sigmas: ({ levels }) => levels.map(noiseRatio),
    initialNoiseScale: () => 1,
    ...particular,
  };
}

/** Each level but the first and the last twice: the evaluations of two-stage methods. */
export const innerTwice = <T>(list: readonly T[]): readonly T[] =>
  list.flatMap((value, i) => (i === 0 || i === list.length - 1 ? [value] : [value, value]));

/** The level that a walk ends at. */
export const finalOf = (type: "zero" | "sigma_min", schedule: Schedule): Level =>
  type === "zero" ? cleanLevel : schedule.level(1);
