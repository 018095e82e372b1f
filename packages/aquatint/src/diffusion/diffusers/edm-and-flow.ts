import { z } from "zod";
import { linspace } from "../../math/numbers.ts";
import { itemAt } from "../../util/items.ts";
import type { X0Transform } from "../guidance.ts";
import { edmCoordinates, flowMatching, varianceExploding } from "../process/coordinates.ts";
import { edm, flow, shifted } from "../process/flow-schedules.ts";
import { cleanLevel, levelOfAlphaBar, type Schedule } from "../process/level.ts";
import { edmTarget, targets } from "../process/prediction.ts";
import { type SamplerName, samplerChoice } from "../registry.ts";
import type { SamplerOptions } from "../samplers/options.ts";
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
  sigma_min: z.number().positive().default(0.002),
  sigma_max: z.number().positive().default(80),
  sigma_data: z.number().positive().default(0.5),
  sigma_schedule: z.enum(["karras", "exponential"]).default("karras"),
  num_train_timesteps: z.int().positive().default(1000),
  prediction_type: z.enum(["epsilon", "v_prediction"]).default("epsilon"),
  rho: z.number().positive().default(7),
  ...finalField,
};

function edmSettings(
  config: z.infer<z.ZodObject<typeof edmFields>>,
  particular: {
    readonly sampler: SamplerName;
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
export const edmEuler = define(edmFields, (config) => edmSettings(config, { sampler: "euler" }));

/** EDMDPMSolverMultistepScheduler */
export const edmDpm = define(
  {
    ...edmFields,
    ...thresholdFields,
    solver_order: z.int().min(1).max(3).default(2),
    algorithm_type: z.enum(["dpmsolver++", "sde-dpmsolver++"]).default("dpmsolver++"),
    solver_type: z.enum(["midpoint", "heun"]).default("midpoint"),
    lower_order_final: flag(true),
    euler_at_final: flag(),
  },
  (config) =>
    edmSettings(config, {
      ...samplerChoice(config.algorithm_type === "dpmsolver++" ? "dpmpp-2m" : "dpmpp-2m-sde", {
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
  num_train_timesteps: z.int().positive().default(1000),
  shift: z.number().positive().default(1),
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
  { num_train_timesteps: steps, shift }: z.infer<z.ZodObject<typeof flowFields>>,
  particular: { readonly sampler: SamplerName } & Partial<SchedulerSettings>,
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
    shift_terminal: z.number().min(0).lt(1).nullish(),
    base_shift: z.unknown().optional(),
    max_shift: z.unknown().optional(),
    base_image_seq_len: z.unknown().optional(),
    max_image_seq_len: z.unknown().optional(),
  },
  (config) =>
    flowSettings(config, {
      sampler: config.stochastic_sampling ? "renoise" : "euler",
      spacing: rebuilt(config.shift, rampOf(config), config.shift_terminal || 0),
    }),
);

/** FlowMatchHeunDiscreteScheduler */
export const flowHeun = define(flowFields, (config) =>
  flowSettings(config, {
    ...samplerChoice("heun", { coordinates: "flow-matching" }),
    evaluationLevels: ({ levels }) => innerTwice(levels).slice(0, -1),
    sigmas: ({ levels }) => innerTwice(levels).map(({ sigma }) => sigma),
  }),
);

/** IPNDMScheduler: sigma = sin(pi u / 2)^2, and a first step that believes in no data. */
export const ipndm = define(
  { num_train_timesteps: z.int().positive().default(1000), trained_betas: z.null().default(null) },
  ({ num_train_timesteps: steps }) => {
    const share = (u: number) => 1 - Math.sin((Math.PI / 2) * u) ** 4;
    const level = (t: number) => levelOfAlphaBar(t, share(t / steps));
    const timestep = (t: number) => (Math.asin(level(t).sigma) / Math.PI) * 2;
    const schedule: Schedule = { name: "ipndm", steps, alphaBar: (t) => share(t / steps), level, timestep };
    return continuousSettings({
      sampler: "ipndm",
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
