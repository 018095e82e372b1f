import { type Denoiser, levels, type Schedule } from "aquatint/diffusion";
import { type Seed, torchCpu } from "aquatint/math";
import { itemAt } from "aquatint/util";
import { type Elbo, type ElboTerm, elbo, elboOf, reverseStep } from "../elbo/index.ts";

/** Input of a bound on some of the times. */
export interface SparseElboInput {
  readonly denoise: Denoiser;
  readonly schedule: Schedule;
  /** A batch of images in -1 .. 1. */
  readonly x0: Float32Array;
  /** Denoising terms that are evaluated; those between are interpolated. */
  readonly evaluations: number;
  readonly seed: Seed;
  readonly signal?: AbortSignal | undefined;
}

/** The whole bound of all T steps from fewer evaluations: every t where the terms are large, few where they are not. */
export async function* sparseElbo(input: SparseElboInput): AsyncGenerator<ElboTerm, void, void> {
  const { denoise, schedule, x0, evaluations, seed, signal } = input;
  const times = visitedTimes(schedule.steps, evaluations);
  const stream = torchCpu(seed);
  yield* elbo({
    levels: levels({ schedule, steps: schedule.steps }),
    reverse: reverseStep(denoise),
    x0,
    noise: () => stream.randn(x0.length),
    visits: ({ t }) => times.has(t),
    signal,
  });
}

/** 1, 2, ... and then ever further apart up to T. */
export function visitedTimes(steps: number, evaluations: number): ReadonlySet<number> {
  const dense = Math.min(steps, Math.ceil(evaluations / 3));
  const sparse = Math.max(evaluations - dense, 1);
  const spread = Array.from({ length: sparse }, (_, i) => Math.round(dense * (steps / dense) ** ((i + 1) / sparse)));
  return new Set([...Array.from({ length: dense }, (_, i) => i + 1), ...spread]);
}

/** The bound of all terms, those that are missing taken from their neighbors. */
export const filled = (terms: readonly ElboTerm[]): Elbo => elboOf(filledTerms(terms));

/** The terms with those between them, taken from their neighbors: ln(bits) is linear in ln(t). */
export function filledTerms(terms: readonly ElboTerm[]): readonly ElboTerm[] {
  const measured = terms.filter(({ part }) => part === "denoising matching").toSorted((a, b) => a.t - b.t);
  const between = measured.slice(1).flatMap((to, i) => {
    const from = itemAt(measured, i);
    return Array.from({ length: to.t - from.t - 1 }, (_, k): ElboTerm => {
      const t = from.t + k + 1;
      const share = Math.log(t / from.t) / Math.log(to.t / from.t);
      return { part: "denoising matching", t, bits: from.bits ** (1 - share) * to.bits ** share };
    });
  });
  return [...terms, ...between];
}
