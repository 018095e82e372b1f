import { AquatintError } from "../../errors.ts";
import { transition } from "../forward.ts";
import { type Latent, lin } from "../latent.ts";
import type { Level } from "../level.ts";
import { posterior, posteriorMean } from "../posterior.ts";
import type { Estimate } from "../prediction.ts";
import { evaluate, type Move, moves, type Sampler } from "./sampler.ts";

/** Where one step lands, and the deviation of the fresh noise added there. */
interface Landing {
  readonly mean: Latent;
  readonly deviation: number;
}

/** A loop of one evaluation a step: land, then add fresh noise where the step has some. */
const oneEvaluation = (land: (x: Latent, believed: Estimate, move: Move) => Landing): Sampler =>
  async function* (input) {
    let { x } = input;
    for (const move of moves(input)) {
      const believed = await evaluate(input, x, move.from);
      const { mean, deviation } = land(x, believed, move);
      x = deviation > 0 ? lin([1, mean], [deviation, input.noise()]) : mean;
      yield { i: move.i, n: move.n, level: move.from, next: move.to, x, x0: believed.x0, final: true };
    }
    return x;
  };

/** Keeps x0, keeps part of the estimated noise and refreshes the rest. */
const refreshing = (fresh: (from: Level, to: Level) => number): Sampler =>
  oneEvaluation((_, { x0, eps }, { from, to }) => {
    const deviation = fresh(from, to);
    const kept = Math.sqrt(Math.max(to.sigma ** 2 - deviation ** 2, 0));
    return { mean: lin([to.alpha, x0], [kept, eps]), deviation };
  });

/** Variance of DDPM's reverse step: the posterior's ("small") or the forward step's ("large"), its two bounds. */
export type Variance = "small" | "large";

const variances: Readonly<Record<Variance, (from: Level, to: Level) => number>> = {
  small: (from, to) => posterior(from, to).variance,
  large: (from, to) => transition(to, from).variance,
};

/** DDPM's ancestral sampling (Ho et al. 2020, algorithm 2), written with the posterior so that x0 may be clipped. */
export const ddpm = ({ variance = "small" }: { readonly variance?: Variance | undefined } = {}): Sampler =>
  oneEvaluation((x, { x0 }, { from, to }) => {
    const deviation = to.sigma === 0 ? 0 : Math.sqrt(variances[variance](from, to)); // the last step adds no noise
    return { mean: posteriorMean(from, to, { x, x0 }), deviation };
  });

/** DDIM (Song et al. 2021): deterministic at eta = 0, DDPM at eta = 1; Euler's method on the probability flow. */
export const ddim = ({ eta = 0 }: { readonly eta?: number | undefined } = {}): Sampler => {
  const share = checkedShare(eta);
  return refreshing((from, to) => share * Math.sqrt(posterior(from, to).variance));
};

/** Euler's method with ancestral noise: DDIM whose noise is all fresh unless eta says otherwise. */
export const eulerAncestral = ({ eta = 1 }: { readonly eta?: number | undefined } = {}): Sampler => ddim({ eta });

/** The lecture's x_t-1 = x0_hat + sigma_t-1 eps with all noise fresh: alpha_t-1 x0_hat + sigma_t-1 eps here. */
export const renoise = (): Sampler => refreshing((_, to) => to.sigma);

/** Returns eta where it is a share, 0 .. 1, and throws elsewhere. */
export function checkedShare(eta: number): number {
  if (eta >= 0 && eta <= 1) return eta;
  throw new AquatintError("sampler/option", `eta lies in 0 .. 1, got ${eta}`);
}
