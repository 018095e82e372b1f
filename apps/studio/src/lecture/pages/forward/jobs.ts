import { addNoise, type Latent, type Level, logSnr, noised, type Schedule } from "aquatint/diffusion";
import { torchCpu } from "aquatint/math";
import { type ScheduleChoice, scheduleOf } from "../../input/schedule.ts";
import { describeValues, type ValueStatistics } from "./statistics.ts";

/** Input of the figure. */
export interface NoiseParams extends ScheduleChoice {
  /** x_0, numbers in -1 .. 1. */
  readonly values: Float32Array;
  readonly t: number;
  readonly mode: "jump" | "steps";
  readonly seed: number;
  /** The number of x_0 that the formula shows. */
  readonly pixel: number;
}

/** Input of the strip. */
export interface StripParams extends Omit<NoiseParams, "t" | "mode" | "pixel"> {
  readonly times: readonly number[];
}

/** x at a time, and how it came about. */
export interface NoiseState extends ValueStatistics {
  /** The time that is shown; of a walk, how far it is. */
  readonly t: number;
  readonly x: Latent;
  readonly alphaBar: number;
  readonly alpha: number;
  readonly sigma: number;
  readonly logSnr: number;
  /** One number of the image: x_0, the noise, x_t. */
  readonly pixel: { readonly x0: number; readonly eps: number; readonly x: number };
  /** A walk that has ended, beside one jump with the noise that its steps add up to. */
  readonly compared?: Comparison;
}

/** A walk against a jump. */
export interface Comparison {
  /** The largest difference of a number. */
  readonly difference: number;
  /** Standard deviation of the noise that the steps add up to, which has sigma_t. */
  readonly deviation: number;
}

interface ChainState {
  readonly x: Latent;
  /** The same walk from an image of zeros: the noise that has been added, in all. */
  readonly noise: Latent;
}

function stateOf(level: Level, params: NoiseParams, x: Latent, eps: Latent): NoiseState {
  const { values, pixel } = params;
  const { t, alpha, sigma } = level;
  return {
    ...{ t, x, alpha, sigma, alphaBar: alpha ** 2, logSnr: logSnr(level) },
    ...describeValues(x),
    pixel: { x0: values[pixel] ?? 0, eps: eps[pixel] ?? 0, x: x[pixel] ?? 0 },
  };
}

const epsOf = (noise: Latent, { sigma }: Level): Latent => noise.map((value) => (sigma === 0 ? 0 : value / sigma));

function* chain(
  schedule: Schedule,
  { values, t, seed }: NoiseParams,
): Generator<ChainState & { readonly level: Level }> {
  const stream = torchCpu(seed);
  let [x, noise]: [Latent, Latent] = [values, new Float32Array(values.length)];
  for (let at = 1; at <= t; at++) {
    const [from, to] = [schedule.level(at - 1), schedule.level(at)];
    const eps = stream.randn(values.length);
    [x, noise] = [addNoise(from, to, x, eps), addNoise(from, to, noise, eps)];
    yield { x, noise, level: to };
  }
}

function compare({ x, noise }: ChainState, level: Level, x0: Latent): Comparison {
  const jump = noised(level, { x0, eps: epsOf(noise, level) });
  const difference = jump.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (x[i] ?? 0))), 0);
  return { difference, deviation: describeValues(noise).deviation };
}

/** Steps of a walk between two images that are shown. */
const STRIDE = 10;

/** What the figure computes. */
export const jobs = {
  /** x_t in one jump, or the images of a walk there. */
  *noise(params: NoiseParams): Generator<NoiseState> {
    const schedule = scheduleOf(params);
    const { values, t, seed } = params;
    if (params.mode === "jump" || t === 0) {
      const [level, eps] = [schedule.level(t), torchCpu(seed).randn(values.length)];
      yield stateOf(level, params, noised(level, { x0: values, eps }), eps);
      return;
    }
    for (const step of chain(schedule, params)) {
      const { level, x, noise } = step;
      if (level.t !== t && level.t % STRIDE !== 0) continue;
      const state = stateOf(level, params, x, epsOf(noise, level));
      yield level.t === t ? { ...state, compared: compare(step, level, values) } : state;
    }
  },
  /** The image at some times, with one noise. */
  *strip({ times, ...params }: StripParams): Generator<NoiseState[]> {
    yield times.flatMap((t) => [...jobs.noise({ ...params, t, mode: "jump", pixel: 0 })]);
  },
};
