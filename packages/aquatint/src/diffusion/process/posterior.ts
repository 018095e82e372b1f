import { transition } from "./forward.ts";
import { type Latent, lin } from "./latent.ts";
import type { Level } from "./level.ts";

/** q(x_to | x_from, x_0) for a cleaner `to`: mean = x x_from + x0 x_0, and its variance in every element. */
export interface Posterior {
  /** Coefficient of x_from in the mean. */
  readonly x: number;
  /** Coefficient of x_0 in the mean. */
  readonly x0: number;
  readonly variance: number;
}

/** The exact reverse step (Ho et al. 2020, equations 6 and 7), between any two levels of a Gaussian process. */
export function posterior(from: Level, to: Level): Posterior {
  const { scale, variance: added } = transition(to, from);
  const share = (to.sigma / from.sigma) ** 2;
  return { x: scale * share, x0: (to.alpha * added) / from.sigma ** 2, variance: share * added };
}

/** The mean of q(x_to | x_from, x_0). */
export function posteriorMean(from: Level, to: Level, { x, x0 }: { readonly x: Latent; readonly x0: Latent }): Latent {
  const q = posterior(from, to);
  return lin([q.x, x], [q.x0, x0]);
}
