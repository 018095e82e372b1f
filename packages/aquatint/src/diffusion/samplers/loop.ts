import { AquatintError } from "../../errors.ts";
import { noiseRatio } from "../process/coordinates.ts";
import type { Denoiser, StepIndex } from "../process/denoiser.ts";
import { type Latent, lin } from "../process/latent.ts";
import type { Level } from "../process/level.ts";
import type { Estimate, Target } from "../process/prediction.ts";

/** Finds a level by what it is known for. */
export interface LevelFinder {
  /** By its noise-to-signal ratio sigma / alpha. */
  ratio(ratio: number): Level;
  /** By its time, 0 .. T. */
  time(t: number): Level;
  /** T. */
  readonly steps: number;
}

/**
 * Fresh standard normals of x's size for the way between two levels, asked for in the order of the walk and by stochastic
 * samplers only. A stream may ignore the levels; Brownian noise depends on them.
 */
export type NoiseSource = (from: Level, to: Level) => Latent;

/** The noise of a batch: the draws of one source an image, side by side. */
export const batchNoise =
  (sources: readonly NoiseSource[]): NoiseSource =>
  (from, to) => {
    const draws = sources.map((noise) => noise(from, to));
    const all = new Float32Array(draws.reduce((size, { length }) => size + length, 0));
    let start = 0;
    for (const draw of draws) {
      all.set(draw, start);
      start += draw.length;
    }
    return all;
  };

/** Input of a sampler. */
export interface SamplerInput {
  /** x at the first level: standard normals to begin from pure noise, noised data to begin further down. */
  readonly x: Latent;
  /** Images in x, each of x.length / rows numbers. */
  readonly rows: number;
  /** At least two levels, from noisy to clean. */
  readonly levels: readonly Level[];
  /** Level at which each step lands, if not at the next of `levels`: DDIM in diffusers lands a fixed stride further down. */
  readonly destinations?: readonly Level[] | undefined;
  /** Steps of the walk that are left out at its start, where x lies at a level further down; 0 when absent. */
  readonly begin?: number | undefined;
  /** Levels that are not among `levels`, in their coordinates; for samplers that evaluate in between. */
  readonly levelAt: LevelFinder;
  readonly denoise: Denoiser;
  /** The network's outputs, for samplers that combine outputs as they are. */
  readonly target?: Target | undefined;
  readonly noise: NoiseSource;
  readonly signal?: AbortSignal | undefined;
}

/** State of a run after one evaluation of the network. */
export interface SamplerStep {
  /** Steps of the walk before this one, `begin` .. n - 1. */
  readonly i: number;
  /** Steps in all. */
  readonly n: number;
  /** The level that was evaluated. */
  readonly level: Level;
  /** The level that x has come to. */
  readonly next: Level;
  /** The array that the sampler goes on with: what is written into it before the next step counts. */
  readonly x: Latent;
  /** The data as estimated by this evaluation. */
  readonly x0: Latent;
  /** True where the step is complete, false between the evaluations of one step. */
  readonly final: boolean;
}

/** A whole sampling loop: it yields after every evaluation and returns the last x. */
export type Sampler = (input: SamplerInput) => AsyncGenerator<SamplerStep, Latent, void>;

/** One step of a sampling loop. */
export interface Interval {
  readonly i: number;
  readonly n: number;
  readonly from: Level;
  readonly to: Level;
}

/**
 * The steps between neighboring levels, or from each level to its landing.
 * @throws AquatintError "sampler/levels" where a step would lead to more noise.
 */
export function* intervals({
  levels,
  destinations,
  begin = 0,
}: Pick<SamplerInput, "levels" | "destinations" | "begin">): Generator<Interval, void, void> {
  const n = levels.length - 1;
  const ends = destinations ?? levels.slice(1);
  for (const [i, from] of levels.slice(0, n).entries()) {
    const to = ends[i];
    if (i < begin || !to) continue;
    const interval = { i, n, from, to };
    if (!(noiseRatio(interval.to) <= noiseRatio(interval.from)) && !isStill(interval)) throw rising(interval);
    yield interval;
  }
}

const rising = ({ i, from, to }: Interval) =>
  new AquatintError(
    "sampler/levels",
    `step ${i + 1} goes from sigma ${noiseRatio(from)} to ${noiseRatio(to)}, expected a smaller one`,
    { hint: "sort the levels from noisy to clean" },
  );

/** Noise ratios that differ by less are the same: tables of float32 do not tell them apart. */
const LEAST_STEP = 1e-6;

/**
 * Tells whether a step goes nowhere. Schedules that are chosen by name have none; some published configurations of diffusers end
 * at the level that their last step begins at, and there x stays as it is.
 */
export function isStill({ from, to }: Pick<Interval, "from" | "to">): boolean {
  if (from.alpha === 0 || to.alpha === 0) return from.alpha === to.alpha;
  return to.sigma > 0 && Math.abs(Math.log(noiseRatio(to) / noiseRatio(from))) < LEAST_STEP;
}

/** Tells whether a step has only one way to go: from pure noise, to clean data, or nowhere. */
export const isEndpoint = (interval: Interval): boolean =>
  interval.from.alpha === 0 || interval.to.sigma === 0 || isStill(interval);

/** The first-order step: the estimated data and noise, mixed as `to` says. */
export const firstOrderStep = ({ to }: Pick<Interval, "to">, { x0, eps }: Estimate): Latent =>
  lin([to.alpha, x0], [to.sigma, eps]);

/** One evaluation in a step; an abort rejects at once, whether or not the network notices it. */
export async function evaluate(
  { denoise, signal }: SamplerInput,
  x: Latent,
  level: Level,
  { i, n }: StepIndex,
): Promise<Estimate> {
  signal?.throwIfAborted();
  if (!signal) return denoise(x, level, { i, n });
  const done = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true, signal: done.signal });
  });
  try {
    return await Promise.race([aborted, denoise(x, level, { i, n })]);
  } finally {
    done.abort();
  }
}

/** One step of a method that evaluates once in it: x at the end of the interval. */
export type Step = (x: Latent, estimate: Estimate, interval: Interval) => Latent;

/** The loop of methods that evaluate once a step; `start` makes the step of one run, with what it remembers. */
export const evaluateOnce = (start: (input: SamplerInput) => Step): Sampler =>
  async function* (input) {
    const step = start(input);
    let { x } = input;
    for (const interval of intervals(input)) {
      const { i, n, from, to } = interval;
      const estimate = await evaluate(input, x, from, interval);
      x = step(x, estimate, interval);
      yield { i, n, level: from, next: to, x, x0: estimate.x0, final: true };
    }
    return x;
  };
