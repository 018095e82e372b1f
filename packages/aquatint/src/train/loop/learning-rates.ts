import { z } from "zod";

/** The share of the highest learning rate at a `progress` of 0 .. 1 through the run after its warm-up. */
export type LearningRateSchedule = (progress: number) => number;

interface ScheduleKind<Config extends z.ZodType> {
  readonly config: Config;
  create(config: z.output<Config>): LearningRateSchedule;
}

const finalShare = z
  .number()
  .min(0)
  .max(1)
  .default(0)
  .describe("Final learning rate as a fraction of the peak, 0 .. 1.");

const cosine = {
  config: z
    .strictObject({ name: z.literal("cosine"), final_share: finalShare })
    .describe("Falls along half a cosine (Loshchilov and Hutter 2017)."),
  create:
    ({ final_share }) =>
    (progress) =>
      final_share + (1 - final_share) * 0.5 * (1 + Math.cos(Math.PI * progress)),
} satisfies ScheduleKind<z.ZodType<{ final_share: number }>>;

const linear = {
  config: z.strictObject({ name: z.literal("linear"), final_share: finalShare }).describe("Falls linearly."),
  create:
    ({ final_share }) =>
    (progress) =>
      1 - (1 - final_share) * progress,
} satisfies ScheduleKind<z.ZodType<{ final_share: number }>>;

const constant = {
  config: z.strictObject({ name: z.literal("constant") }).describe("Stays at the peak."),
  create: () => () => 1,
} satisfies ScheduleKind<z.ZodType>;

const step = {
  config: z
    .strictObject({
      name: z.literal("step"),
      at: z
        .array(z.number().gt(0).lt(1))
        .min(1)
        .default([0.5, 0.75])
        .describe("Points of the run, as fractions in 0 .. 1, at which the rate is multiplied by `factor`."),
      factor: z.number().gt(0).lt(1).default(0.1).describe("Multiplier of the rate at each point."),
    })
    .describe("Falls in steps."),
  create:
    ({ at, factor }) =>
    (progress) =>
      factor ** at.filter((share) => progress >= share).length,
} satisfies ScheduleKind<z.ZodType<{ at: number[]; factor: number }>>;

/** Every learning-rate schedule, by the name that a configuration calls it. */
export const learningRateSchedules = { cosine, linear, constant, step } as const;

/** The configuration of any schedule, told apart by its `name`. */
export const learningRateScheduleConfig = z.discriminatedUnion("name", [
  cosine.config,
  linear.config,
  constant.config,
  step.config,
]);

/** The schedule of a checked configuration. */
export const createLearningRateSchedule = (config: z.output<typeof learningRateScheduleConfig>): LearningRateSchedule =>
  (learningRateSchedules[config.name].create as (options: object) => LearningRateSchedule)(config);
