import { AquatintError } from "../../errors.ts";
import { field, integer, number, oneOf } from "../../util/fields.ts";
import { itemAt } from "../../util/items.ts";
import { cleanLevel, type Level, type Schedule } from "../process/level.ts";
import { ddim as ddimSampler } from "../samplers/ddim.ts";
import { ddpm as ddpmSampler, type Variance } from "../samplers/ddpm.ts";
import { samplerChoice } from "../samplers/define-sampler.ts";
import { lcm as lcmSampler } from "../samplers/lcm.ts";
import { plms } from "../samplers/plms.ts";
import { pndm as pndmSampler } from "../samplers/pndm.ts";
import { tcd as tcdSampler } from "../samplers/tcd.ts";
import type { Path, SchedulerSettings } from "../scheduler.ts";
import { levels, type Spacing } from "../spacing/spacing.ts";
import {
  clipFields,
  define,
  discreteFields,
  discreteSettings,
  flag,
  only,
  scheduleOf,
  stableDiffusion,
  thresholdFields,
  timesOf,
  x0TransformOf,
} from "./fields.ts";

/** Steps of diffusers' DDIM land a fixed stride down, which is not where the next one begins unless it divides T. */
function strided(schedule: Schedule, spacing: Spacing, finalLevel: Level): (steps: number) => Path {
  return (steps) => {
    const trajectory = levels({ schedule, steps, spacing, finalLevel });
    const stride = Math.floor(schedule.steps / steps);
    const destinations = trajectory
      .slice(0, -1)
      .map(({ t }) => (t - stride >= 1 ? schedule.level(t - stride) : finalLevel));
    return { levels: trajectory, destinations };
  };
}

/** diffusers' variance types and their names here; its fixed_large_log takes a root of a logarithm, which has none. */
const variances = {
  fixed_small: "small",
  fixed_small_log: "small",
  fixed_large: "large",
  learned: "learned",
  learned_range: "learned-range",
} as const satisfies Readonly<Record<string, Variance>>;
type VarianceType = keyof typeof variances;

/** DDPMScheduler */
export const ddpm = define(
  {
    ...discreteFields({ spacing: "leading" }),
    ...clipFields(),
    ...thresholdFields,
    variance_type: field(oneOf(...(Object.keys(variances) as VarianceType[])), "fixed_small"),
  },
  (config) =>
    discreteSettings(config, {
      ...samplerChoice(ddpmSampler, { variance: variances[config.variance_type] }),
      x0Transform: x0TransformOf(config),
    }),
);

/** DDIMScheduler */
export const ddim = define(
  {
    ...discreteFields({ spacing: "leading" }),
    ...clipFields(),
    ...thresholdFields,
    set_alpha_to_one: flag(true),
  },
  (config) => {
    const schedule = scheduleOf(config);
    const finalLevel = config.set_alpha_to_one ? cleanLevel : schedule.level(1);
    const path = strided(schedule, timesOf(config), finalLevel);
    return discreteSettings(config, {
      sampler: ddimSampler,
      schedule,
      finalLevel,
      path,
      x0Transform: x0TransformOf(config),
    });
  },
);

/** PNDMScheduler, with or without its Runge-Kutta start. */
export const pndm = define(
  {
    ...discreteFields({ spacing: "leading" }),
    rescale_betas_zero_snr: only(false),
    skip_prk_steps: flag(),
    set_alpha_to_one: flag(),
  },
  (config) => {
    const schedule = scheduleOf(config);
    const finalLevel = config.set_alpha_to_one ? cleanLevel : schedule.level(1);
    const path = strided(schedule, timesOf(config), finalLevel);
    const sampler = config.skip_prk_steps ? plms : pndmSampler;
    const evaluationLevels: SchedulerSettings["evaluationLevels"] = ({ levels: trajectory }, at) =>
      trajectory.slice(0, -1).flatMap((from, i) => {
        const to = itemAt(trajectory, i + 1);
        if (i + 2 > trajectory.length - 1 || i >= (sampler === plms ? 1 : 3)) return [from];
        const middle = at.time(to.t + Math.floor((from.t - to.t) / 2));
        return sampler === plms ? [from, to] : [from, middle, middle, to];
      });
    return discreteSettings(config, {
      ...samplerChoice(sampler, { extrapolates: "output" }),
      schedule,
      finalLevel,
      path,
      evaluationLevels,
    });
  },
);

const consistencyFields = {
  ...discreteFields({ betas: stableDiffusion, spacing: "leading" }),
  ...clipFields(false),
  ...thresholdFields,
  original_inference_steps: field(integer({ from: 1 }), 50),
  set_alpha_to_one: flag(true),
  timestep_scaling: field(number({ above: 0 }), 10),
};

/** Evenly among the times that a consistency model was distilled at. */
const distilled =
  (original: number): Spacing =>
  (schedule, n) => {
    if (n > original) throw tooMany(n, original);
    const stride = Math.floor(schedule.steps / original);
    return Array.from({ length: n }, (_, i) => schedule.level((original - Math.floor((i * original) / n)) * stride));
  };

const tooMany = (n: number, original: number) =>
  new AquatintError("sampler/steps", `expected 1 to ${original} steps, as many as it was distilled at, got ${n}`, {
    hint: `give up to ${original} steps, usually 4 to 8, or name a schedule: --sampler "LCM Normal"`,
  });

/** LCMScheduler */
export const lcm = define(consistencyFields, (config) => {
  const spacing = distilled(config.original_inference_steps);
  return discreteSettings(config, {
    ...samplerChoice(lcmSampler, { timestepScaling: config.timestep_scaling }),
    spacing,
    x0Transform: x0TransformOf(config),
  });
});

/** TCDScheduler */
export const tcd = define(consistencyFields, (config) => {
  const schedule = scheduleOf(config);
  const spacing = distilled(config.original_inference_steps);
  return discreteSettings(config, { sampler: tcdSampler, schedule, spacing, finalLevel: schedule.level(1) });
});
