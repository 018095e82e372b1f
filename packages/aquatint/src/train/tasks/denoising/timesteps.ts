import { z } from "zod";
import { drawUniform } from "../../../math/draw.ts";
import type { RandomStream } from "../../../math/random.ts";

/** Draws `n` indexes of low .. high - 1. */
type Draw = (draws: RandomStream, of: { n: number; low: number; high: number }) => Int32Array;

interface Kind<Config extends z.ZodType> {
  readonly config: Config;
  create(config: z.output<Config>): Draw;
}

const share = z.number().min(0).max(1);
const range = {
  from: share.default(0).describe("Least noise that is drawn, as a share of all timesteps."),
  to: share.default(1).describe("Most noise that is drawn, as a share of all timesteps."),
};

/** Indexes at the given shares of the range. */
const at = (shares: ArrayLike<number>, { low, high }: { low: number; high: number }): Int32Array =>
  Int32Array.from(shares, (u) => Math.min(low + Math.floor(u * (high - low)), high - 1));

const uniform = {
  config: z.strictObject({ name: z.literal("uniform"), ...range }).describe("All timesteps equally likely."),
  create:
    () =>
    (draws, { n, low, high }) =>
      draws.randint(low, high, n),
} satisfies Kind<z.ZodType>;

const stratified = {
  config: z
    .strictObject({ name: z.literal("stratified"), ...range })
    .describe("Evenly spread over each batch from a random start (Kingma et al. 2021): less noise in the loss."),
  create: () => (draws, of) => {
    const start = drawUniform(draws);
    return at(
      Float64Array.from({ length: of.n }, (_, i) => (start + i / of.n) % 1),
      of,
    );
  },
} satisfies Kind<z.ZodType>;

const logitNormal = {
  config: z
    .strictObject({
      name: z.literal("logit-normal"),
      mean: z.number().default(0).describe("Above 0 draws more noise."),
      deviation: z.number().positive().default(1).describe("Of the normal behind it."),
      ...range,
    })
    .describe("Most in the middle (Esser et al. 2024)."),
  create:
    ({ mean, deviation }) =>
    (draws, of) =>
      at(
        Float64Array.from(draws.randn(of.n), (z) => 1 / (1 + Math.exp(-mean - deviation * z))),
        of,
      ),
} satisfies Kind<z.ZodType<{ mean: number; deviation: number }>>;

const power = {
  config: z
    .strictObject({
      name: z.literal("power"),
      exponent: z.number().positive().default(2).describe("Above 1 draws less noise, below 1 more."),
      ...range,
    })
    .describe("A uniform number to a power."),
  create:
    ({ exponent }) =>
    (draws, of) =>
      at(
        Float64Array.from(draws.rand(of.n), (u) => u ** exponent),
        of,
      ),
} satisfies Kind<z.ZodType<{ exponent: number }>>;

/** Every way to draw timesteps, by the name that a configuration calls it. */
export const timestepSamplings = { uniform, stratified, "logit-normal": logitNormal, power } as const;

/** Distribution of timesteps, selected by `name`. */
export const timestepsConfig = z
  .discriminatedUnion("name", [uniform.config, stratified.config, logitNormal.config, power.config])
  .refine(({ from, to }) => from < to, { path: ["to"], error: 'expected more than "from"' });
/** A choice with its defaults filled in. */
export type TimestepsConfig = z.output<typeof timestepsConfig>;

/** Draws `n` whole timesteps t of 1 .. T. */
export type TimestepSampling = (draws: RandomStream, n: number) => Int32Array;

/** The sampling of a configuration for a schedule of `steps` timesteps. */
export function timestepSampling(config: TimestepsConfig, steps: number): TimestepSampling {
  const low = Math.min(Math.floor(config.from * steps), steps - 1);
  const high = Math.max(Math.ceil(config.to * steps), low + 1);
  const draw = (timestepSamplings[config.name].create as (config: TimestepsConfig) => Draw)(config);
  return (draws, n) => draw(draws, { n, low, high }).map((i) => i + 1);
}
