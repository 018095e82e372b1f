import { type Latent, lin } from "./latent.ts";
import type { Level } from "./level.ts";
import type { Estimate } from "./prediction.ts";

/** One Gaussian step: x_to = scale x_from + sqrt(variance) eps. */
export interface Transition {
  readonly scale: number;
  readonly variance: number;
}

/** Noises data to `level` in one jump: alpha x0 + sigma eps, a draw of q(x_t | x_0). */
export const noised = (level: Level, { x0, eps }: Estimate): Latent => lin([level.alpha, x0], [level.sigma, eps]);

/** q(x_to | x_from) for a noisier `to`; between neighbors of a discrete schedule the variance is beta. */
export function transition(from: Level, to: Level): Transition {
  const scale = to.alpha / from.alpha;
  return { scale, variance: Math.max(to.sigma ** 2 - (scale * from.sigma) ** 2, 0) };
}

/** Noises x further, from its level to a noisier one, with fresh `eps`. */
export function addNoise(from: Level, to: Level, x: Latent, eps: Latent): Latent {
  const { scale, variance } = transition(from, to);
  return lin([scale, x], [Math.sqrt(variance), eps]);
}
