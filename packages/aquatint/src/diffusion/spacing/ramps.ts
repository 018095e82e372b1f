import { betaQuantile } from "../../math/beta.ts";
import { linspace } from "../../math/numbers.ts";
import { itemAt } from "../../util/items.ts";

/** `n` noise ratios sigma / alpha from the largest to the smallest, both included; a single one is the largest. */
export type Ramp = (max: number, min: number, n: number) => Float64Array;

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

const tables = {
  sd15: [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029],
  sdxl: [14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.38, 0.234, 0.113, 0.029],
} as const;

/** A model family that steps were aligned for. */
export type AysTable = keyof typeof tables;

/**
 * Align your steps (Sabour et al. 2024): published sigmas of Stable Diffusion for 10 steps, log-linear for others, whatever
 * the model's largest and smallest. The table's last sigma is where the walk ends, so it is left out unless `closed`, as the
 * web UI has it.
 */
export const alignYourSteps =
  (table: AysTable, { closed = false } = {}): Ramp =>
  (_max, _min, n) => {
    const logs = tables[table].map(Math.log);
    return linspace(0, logs.length - 1, closed ? n : n + 1)
      .slice(0, n)
      .map((at) => Math.exp(interpolated(logs, at)));
  };

function interpolated(values: readonly number[], at: number): number {
  const low = Math.min(Math.floor(at), values.length - 2);
  return itemAt(values, low) + (at - low) * (itemAt(values, low + 1) - itemAt(values, low));
}
