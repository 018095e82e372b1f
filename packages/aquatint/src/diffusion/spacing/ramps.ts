import { betaQuantile } from "../../math/beta.ts";
import { linspace } from "../../math/numbers.ts";
import type { Ramp } from "./ramp.ts";

export { type AysTable, alignYourSteps } from "./align-your-steps.ts";
export type { Ramp } from "./ramp.ts";

/** Even in sigma^(1 / rho) (Karras et al. 2022, equation 5). */
export const karras =
  ({ rho = 7 } = {}): Ramp =>
  (max, min, n) =>
    linspace(max ** (1 / rho), min ** (1 / rho), n).map((root) => root ** rho);

/** Even in ln(sigma) (k-diffusion). */
export const exponential = (): Ramp => (max, min, n) => linspace(Math.log(max), Math.log(min), n).map(Math.exp);

/** Even in Lu et al. 2022's lambda = ln(alpha / sigma), which makes it the same as `exponential`. */
export const lambdas = exponential;

/**
 * Genmo's Mochi as in ComfyUI: half of the steps fall by a 40th of the largest ratio in all, evenly, the others ever faster;
 * the smallest ratio is not read.
 */
export const linearQuadratic =
  ({ threshold = 0.025 } = {}): Ramp =>
  (max, _, n) => {
    const half = Math.floor(n / 2);
    const rest = (half - threshold * n) / (n - half) ** 2;
    const slope = half > 0 ? threshold / half : 0;
    return new Float64Array(n).map((_, i) => {
      const over = Math.max(i - half, 0);
      return max * (1 - slope * i - (half > 0 ? (rest / half) * over ** 2 : 0));
    });
  };

/** Even in the angle of sigma to alpha (Sabour et al. 2024, the optimum for Gaussian data). */
export const klOptimal = (): Ramp => (max, min, n) => linspace(Math.atan(max), Math.atan(min), n).map(Math.tan);

/** ln(sigma) along a power of an even ramp (k-diffusion). */
export const polyexponential =
  ({ rho = 1 } = {}): Ramp =>
  (max, min, n) =>
    linspace(1, 0, n).map((u) => Math.exp(u ** rho * Math.log(max / min) + Math.log(min)));

/** At quantiles of a Beta distribution, dense at both ends (Lee et al. 2024, as diffusers applies it to sigma). */
export const beta =
  ({ a = 0.6, b = 0.6 } = {}): Ramp =>
  (max, min, n) =>
    linspace(1, 0, n).map((p) => min + betaQuantile(p, a, b) * (max - min));
