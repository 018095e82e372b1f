import { roundHalfEven } from "../../math/numbers.ts";
import { field, nullable, number, oneOf } from "../../util/fields.ts";
import { itemAt } from "../../util/items.ts";
import { noiseRatio, toCoordinates, varianceExploding } from "../process/coordinates.ts";
import type { SamplerEntry } from "../samplers/define-sampler.ts";
import { dpm2 } from "../samplers/dpm2.ts";
import { dpm2A } from "../samplers/dpm2-a.ts";
import { euler as eulerSampler } from "../samplers/euler.ts";
import { eulerA } from "../samplers/euler-a.ts";
import { heun as heunSampler } from "../samplers/heun.ts";
import { lms as lmsSampler } from "../samplers/lms.ts";
import type { Path, SchedulerSettings } from "../scheduler.ts";
import { exponential } from "../spacing/ramps.ts";
import { dropLast, fractional, ramped, type Spacing } from "../spacing/spacing.ts";
import {
  clipFields,
  type DiscreteConfig,
  define,
  discreteFields,
  discreteSettings,
  finalField,
  finalOf,
  innerTwice,
  LEAST,
  only,
  type Particular,
  rampFields,
  rampOf,
  scheduleOf,
  stableDiffusion,
  timesOf,
  x0TransformOf,
} from "./fields.ts";

/** The classes that come from k-diffusion: variance-exploding, fractional times, ramps within those times. */
function exploded(config: DiscreteConfig, more: Particular & RampOptions): SchedulerSettings {
  const { ramp, toWhole, ratioMin, ratioMax, logLinear = false, continuous = false, ...particular } = more;
  const discrete = scheduleOf(config, { least: LEAST });
  const toldOf = (t: number) => Math.log(noiseRatio(discrete.level(t))) / 4;
  const schedule = continuous ? { ...discrete, timestep: toldOf } : discrete;
  const within = config.timestep_spacing === "linspace" ? fractional() : timesOf(config);
  const plain = logLinear ? logEven(within) : within;
  const spacing = ramp ? ramped(ramp, { within, toWhole, ratioMin, ratioMax }) : plain;
  const initialNoiseScale = ({ levels: [first] }: Path) =>
    config.timestep_spacing === "leading" ? Math.hypot(first!.sigma, 1) : first!.sigma;
  const path = (steps: number): Path => ({
    levels: [...spacing(schedule, steps), schedule.level(1)].map((level) => toCoordinates(varianceExploding, level)),
  });
  return discreteSettings(config, {
    coordinates: varianceExploding,
    schedule,
    spacing,
    initialNoiseScale,
    ...particular,
    ...(logLinear && !ramp && { path }),
  });
}

/** Ratios even in their logarithm over the whole schedule, the last of them left to the trajectory's end, told other times. */
const logEven =
  (timesteps: Spacing): Spacing =>
  (schedule, n) => {
    const ratios = dropLast(ramped(exponential()))(schedule, n);
    return timesteps(schedule, n).map(({ t }, i) => ({ ...itemAt(ratios, i), t }));
  };

interface RampOptions {
  readonly ramp?: ReturnType<typeof rampOf>;
  readonly toWhole?: ((index: number) => number) | undefined;
  readonly ratioMin?: number | undefined;
  readonly ratioMax?: number | undefined;
  /** Ratios even in their logarithm over the whole schedule, told at the even times. */
  readonly logLinear?: boolean;
  /** The network is told ln(sigma) / 4. */
  readonly continuous?: boolean;
}

/** EulerDiscreteScheduler */
export const euler = define(
  {
    ...discreteFields(),
    ...rampFields,
    ...finalField,
    interpolation_type: field(oneOf("linear", "log_linear"), "linear"),
    timestep_type: field(oneOf("discrete", "continuous"), "discrete"),
    sigma_min: field(nullable(number({ above: 0 })), null),
    sigma_max: field(nullable(number({ above: 0 })), null),
  },
  (config) =>
    exploded(config, {
      sampler: eulerSampler,
      ramp: rampOf(config),
      logLinear: config.interpolation_type === "log_linear",
      continuous: config.timestep_type === "continuous" && config.prediction_type === "v_prediction",
      ratioMin: config.sigma_min ?? undefined,
      ratioMax: config.sigma_max ?? undefined,
      finalLevel: finalOf(config.final_sigmas_type, scheduleOf(config, { least: LEAST })),
    }),
);

/** EulerAncestralDiscreteScheduler */
export const eulerAncestral = define(discreteFields(), (config) => exploded(config, { sampler: eulerA }));

/** HeunDiscreteScheduler */
export const heun = define(
  {
    ...discreteFields({ betas: stableDiffusion }),
    ...rampFields,
    ...clipFields(false),
    rescale_betas_zero_snr: only(false),
  },
  (config) =>
    exploded(config, {
      sampler: heunSampler,
      ramp: rampOf(config),
      x0Transform: x0TransformOf(config, { reconcile: true }),
      evaluationLevels: ({ levels: trajectory }) => innerTwice(trajectory).slice(0, -1),
      sigmas: ({ levels: trajectory }) => innerTwice(trajectory).map(noiseRatio),
    }),
);

const midpoint = (sampler: SamplerEntry) =>
  define(
    { ...discreteFields({ betas: stableDiffusion }), ...rampFields, rescale_betas_zero_snr: only(false) },
    (config) =>
      exploded(config, {
        sampler,
        ramp: rampOf(config),
        toWhole: config.use_karras_sigmas ? roundHalfEven : undefined,
        evaluationLevels({ levels: trajectory }, at) {
          const inner = trajectory.slice(1, -1).flatMap((to, i) => {
            const [r, next] = [noiseRatio(itemAt(trajectory, i)), noiseRatio(to)];
            return [at.ratio(sampler === dpm2 ? Math.sqrt(r * next) : next), to];
          });
          return [itemAt(trajectory, 0), ...inner];
        },
        sigmas: ({ levels: trajectory }) =>
          [...trajectory.flatMap((level, i) => (i ? [level, level] : [level])), itemAt(trajectory, -1)].map(noiseRatio),
      }),
  );

/** KDPM2DiscreteScheduler */
export const kdpm2 = midpoint(dpm2);

/** KDPM2AncestralDiscreteScheduler */
export const kdpm2Ancestral = midpoint(dpm2A);

/** LMSDiscreteScheduler */
export const lms = define({ ...discreteFields(), ...rampFields, rescale_betas_zero_snr: only(false) }, (config) =>
  exploded(config, { sampler: lmsSampler, ramp: rampOf(config) }),
);
