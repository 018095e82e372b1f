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
  from: share.default(0).describe("Lowest timestep that is drawn, as a fraction of all timesteps, 0 .. 1."),
  to: share.default(1).describe("Highest timestep that is drawn, as a fraction of all timesteps, 0 .. 1."),
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
    .describe("Evenly spaced in each batch, from a random offset (Kingma et al. 2021). The loss has a lower variance."),
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
      mean: z.number().default(0).describe("Mean of the normal distribution; above 0 draws noisier timesteps."),
      deviation: z.number().positive().default(1).describe("Standard deviation of the normal distribution."),
      ...range,
    })
    .describe("Logit-normal: timesteps in the middle are the most likely (Esser et al. 2024)."),
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
      exponent: z
        .number()
        .positive()
        .default(2)
        .describe("Exponent; above 1 draws less noisy timesteps, below 1 noisier ones."),
      ...range,
    })
    .describe("Power of a uniform random number."),
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
