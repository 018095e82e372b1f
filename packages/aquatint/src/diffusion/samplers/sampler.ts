import type { Denoiser } from "../denoiser.ts";
import type { Latent } from "../latent.ts";
import type { Level } from "../level.ts";
import type { Estimate } from "../prediction.ts";

/** What a sampler works on. */
export interface SamplerInput {
  /** x at the first level: standard normals to begin from pure noise, noised data to begin further down. */
  readonly x: Latent;
  /** At least two levels, from noisy to clean. */
  readonly levels: readonly Level[];
  readonly denoise: Denoiser;
  /** Fresh standard normals of x's size; only stochastic samplers ask, once a step at most. */
  readonly noise: () => Latent;
  readonly signal?: AbortSignal | undefined;
}

/** Where a run stands after one evaluation of the network. */
export interface Step {
  /** Steps before this one, 0 .. n - 1. */
  readonly i: number;
  /** Steps in all. */
  readonly n: number;
  /** The level that was evaluated. */
  readonly level: Level;
  /** The level that x has come to. */
  readonly next: Level;
  readonly x: Latent;
  /** The data as estimated by this evaluation. */
  readonly x0: Latent;
  /** True where the step is complete, false between the evaluations of one step. */
  readonly final: boolean;
}

/** A whole sampling loop: it yields after every evaluation and returns the last x. */
export type Sampler = (input: SamplerInput) => AsyncGenerator<Step, Latent, void>;

/** One step of a sampling loop. */
export interface Move {
  readonly i: number;
  readonly n: number;
  readonly from: Level;
  readonly to: Level;
}

/** The steps between neighbouring levels. */
export function* moves(levels: readonly Level[]): Generator<Move, void, void> {
  const n = levels.length - 1;
  for (let i = 0; i < n; i++) yield { i, n, from: levels[i]!, to: levels[i + 1]! };
}

/** One evaluation; an abort rejects at once, whether or not the network notices it. */
export async function evaluate({ denoise, signal }: SamplerInput, x: Latent, level: Level): Promise<Estimate> {
  signal?.throwIfAborted();
  if (!signal) return denoise(x, level);
  const { promise, stop } = aborted(signal);
  try {
    return await Promise.race([promise, denoise(x, level)]);
  } finally {
    stop();
  }
}

function aborted(signal: AbortSignal): { readonly promise: Promise<never>; readonly stop: () => void } {
  let stop = () => {};
  const promise = new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    stop = () => signal.removeEventListener("abort", onAbort);
  });
  return { promise, stop };
}
