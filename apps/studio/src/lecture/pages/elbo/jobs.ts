import type { Elbo, ElboTerm } from "@aquatint/lab/elbo";
import { elboOf } from "@aquatint/lab/elbo";
import { filledTerms, pixelDenoiser, sparseElbo } from "@aquatint/lab/theory";
import { sized } from "../../input/sized.ts";
import { once, openHosted } from "../../model/lecture-model.ts";

/** Input of the bound. */
export interface ElboParams {
  /** The address of the site. */
  readonly root: string;
  /** The image, numbers in -1 .. 1. */
  readonly values: Float32Array;
  /** What the model is told of the image. */
  readonly prompt: string;
  /** Terms that are evaluated; those between are interpolated. */
  readonly evaluations: number;
  readonly seed: number;
}

/** How far the bound is. */
export interface ElboState {
  /** The terms that are evaluated so far, from T down. */
  readonly terms: readonly ElboTerm[];
  /** The bound of these terms and those between them. */
  readonly bound: Elbo;
  /** Share of the denoising bits in each tenth of T. */
  readonly tenths: readonly number[];
  readonly steps: number;
  readonly isDone: boolean;
}

const TENTHS = 10;

function stateOf(terms: readonly ElboTerm[], steps: number, isDone: boolean): ElboState {
  const all = filledTerms(terms);
  const bound = elboOf(all);
  const tenths = new Array<number>(TENTHS).fill(0);
  for (const { part, t, bits } of all) {
    if (part !== "denoising matching") continue;
    const tenth = Math.min(Math.floor(((t - 1) / steps) * TENTHS), TENTHS - 1);
    tenths[tenth] = (tenths[tenth] ?? 0) + bits / (bound.denoisingMatching || 1);
  }
  return { terms: [...terms], bound, tenths, steps, isDone };
}

let root = "";
const opened = once(async () => pixelDenoiser({ name: "pixel", ...(await openHosted("pixel", root)) }));

/** Milliseconds between two states, so that drawing does not slow down what is computed. */
const PAUSE = 200;

/** What the figure computes. */
export const jobs = {
  /** The terms of the bound as they come, as `aquatint elbo` computes them. */
  async *elbo(params: ElboParams, signal: AbortSignal): AsyncGenerator<ElboState> {
    root = params.root;
    const { size, settings, conditioned } = await opened();
    const { schedule } = settings;
    const { evaluations, seed, prompt } = params;
    const denoise = await conditioned([prompt], signal);
    const terms: ElboTerm[] = [];
    let last = -Infinity;
    for await (const term of sparseElbo({
      denoise,
      schedule,
      x0: sized(params.values, size),
      evaluations,
      seed,
      signal,
    })) {
      terms.push(term);
      if (performance.now() - last < PAUSE) continue;
      yield stateOf(terms, schedule.steps, false);
      last = performance.now();
    }
    yield stateOf(terms, schedule.steps, true);
  },
};
