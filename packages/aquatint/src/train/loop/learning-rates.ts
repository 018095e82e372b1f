import { z } from "zod";

/** The share of the highest learning rate at a `progress` of 0 .. 1 through the run after its warm-up. */
export type LearningRateSchedule = (progress: number) => number;

interface ScheduleKind<Config extends z.ZodType> {
  readonly config: Config;
  create(config: z.output<Config>): LearningRateSchedule;
}

const finalShare = z.number().min(0).max(1).default(0).describe("Share of the highest rate that is left at the end.");

const cosine = {
  config: z
    .strictObject({ name: z.literal("cosine"), final_share: finalShare })
    .describe("Half a cosine down (Loshchilov and Hutter 2017)."),
  create:
    ({ final_share }) =>
    (progress) =>
      final_share + (1 - final_share) * 0.5 * (1 + Math.cos(Math.PI * progress)),
} satisfies ScheduleKind<z.ZodType<{ final_share: number }>>;

const linear = {
  config: z.strictObject({ name: z.literal("linear"), final_share: finalShare }).describe("A straight line down."),
  create:
    ({ final_share }) =>
    (progress) =>
      1 - (1 - final_share) * progress,
} satisfies ScheduleKind<z.ZodType<{ final_share: number }>>;

const constant = {
  config: z.strictObject({ name: z.literal("constant") }).describe("The highest rate to the end."),
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
        .describe("Shares of the run, each of which brings the rate down by the factor."),
      factor: z.number().gt(0).lt(1).default(0.1).describe("What the rate is multiplied by at each of them."),
    })
    .describe("Down in steps."),
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
