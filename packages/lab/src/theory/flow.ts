import type { GaussianMixture, Level } from "aquatint/diffusion";
import { itemAt } from "aquatint/util";

/**
 * Carries points along the probability flow of a mixture between two variance-preserving levels, in double precision:
 * with alpha = cos a and sigma = sin a it is dx/da = cos(a) E[eps] - sin(a) E[x0], solved by Runge and Kutta's method.
 */
export function probabilityFlow(
  mixture: GaussianMixture,
  x: ArrayLike<number>,
  { from, to, steps = 1000 }: { readonly from: Level; readonly to: Level; readonly steps?: number },
): Float64Array {
  const angle = ({ alpha, sigma }: Level) => Math.atan2(sigma, alpha);
  const slope = (at: number, values: Float64Array): Float64Array => {
    const level = { t: 0, alpha: Math.cos(at), sigma: Math.sin(at) };
    const { x0, eps } = mixture.estimate(values, level);
    return eps.map((v, i) => level.alpha * v - level.sigma * itemAt(x0, i));
  };
  const h = (angle(to) - angle(from)) / steps;
  let values = Float64Array.from(x);
  for (let i = 0; i < steps; i++) {
    const at = angle(from) + i * h;
    const moved = (k: Float64Array, by: number) => values.map((v, j) => v + by * itemAt(k, j));
    const k1 = slope(at, values);
    const k2 = slope(at + h / 2, moved(k1, h / 2));
    const k3 = slope(at + h / 2, moved(k2, h / 2));
    const k4 = slope(at + h, moved(k3, h));
    const slopes = k1.map((k, j) => k + 2 * itemAt(k2, j) + 2 * itemAt(k3, j) + itemAt(k4, j));
    values = moved(slopes, h / 6);
  }
  return values;
}
