import { AquatintError } from "../errors.ts";
import { average } from "../math/average.ts";
import { itemAt } from "../util/items.ts";
import { noiseRatio } from "./process/coordinates.ts";
import type { Denoiser, FullOutput } from "./process/denoiser.ts";
import { type Latent, lin, mapRows, rowsOf } from "./process/latent.ts";
import type { Level } from "./process/level.ts";

/** Classifier-free guidance (Ho and Salimans 2022): unconditional + scale (conditional - unconditional). */
export const guide = (unconditional: Latent, conditional: Latent, scale: number): Latent =>
  lin([1 - scale, unconditional], [scale, conditional]);

/** Outputs for several prompts, each with its weight. */
export interface WeightedOutputs {
  /** Needed if the weights do not add up to 1. */
  readonly unconditional?: Latent | undefined;
  readonly conditionals: readonly Latent[];
  /** One a prompt, of either sign. */
  readonly weights: readonly number[];
}

/**
 * Composable diffusion (Liu et al. 2022): unconditional + sum of weight (conditional - unconditional). Guidance of it is
 * AUTOMATIC1111's AND.
 */
export function composedOutput({ unconditional, conditionals, weights }: WeightedOutputs): Latent {
  const rest = restOf(weights);
  const terms = conditionals.map((conditional, i) => [itemAt(weights, i), conditional] as const);
  return lin(...terms, ...(unconditional ? [[rest, unconditional] as const] : []));
}

const restOf = (weights: readonly number[]): number => 1 - weights.reduce((sum, weight) => sum + weight, 0);

/** True if the weights do not add up to 1; 0.7 + 0.2 + 0.1 is less than 1. */
export const needsUnconditional = (weights: readonly number[]): boolean => Math.abs(restOf(weights)) >= 1e-9;

/**
 * Noise-to-signal ratios sigma / alpha between which guidance acts, above `low` and up to `high` (Kynkäänniemi et al. 2024):
 * the same whatever the sampler, its schedule and its steps.
 */
export type GuidanceRange = readonly [low: number, high: number];

/** True if guidance acts at a level. */
export const isGuided = (level: Level, range: GuidanceRange | undefined): boolean => {
  if (range === undefined) return true;
  const ratio = noiseRatio(level);
  return ratio > range[0] && ratio <= range[1];
};

/** Options of classifier-free guidance. */
export interface GuidanceOptions {
  /** 1 leaves the conditional output, 0 the unconditional one. */
  readonly scale: number;
  /** Share of the guided output, 0 .. 1, that is brought back to the conditional one's deviation. */
  readonly rescale?: number | undefined;
  /** Images in the outputs, each rescaled by its own deviation; 1 when absent. */
  readonly rows?: number | undefined;
}

/** Guidance with its rescale (Lin et al. 2024, section 3.4); both outputs go on to the sampler. */
export function guidedOutput(
  unconditional: Latent,
  conditional: Latent,
  { scale, rescale = 0, rows = 1 }: GuidanceOptions,
): FullOutput {
  const output = guide(unconditional, conditional, scale);
  const share = checkedRescale(rescale);
  if (share === 0) return { output, unconditional };
  const originals = rowsOf(conditional, rows);
  const rescaled = mapRows(output, rows, (row, i) => {
    const back = deviationOf(itemAt(originals, i)) / deviationOf(row);
    return lin([share * back + 1 - share, row]);
  });
  return { output: rescaled, unconditional };
}

/** Returns the share of guidance that is rescaled where it is one, 0 .. 1, and throws elsewhere. */
export function checkedRescale(share: number): number {
  if (share >= 0 && share <= 1) return share;
  throw new AquatintError("generate/guidance", `the guidance rescale must lie in 0 .. 1, got ${share}`, {
    hint: "0 switches it off; 0.7 is what its paper uses",
  });
}

function deviationOf(values: Latent): number {
  const mean = average(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
}

/** Transformation of the estimated data between the network and the sampler, where x holds `rows` images. */
export type X0Transform = (denoise: Denoiser, rows: number) => Denoiser;

/** Leaves the estimate as it is. */
export const identity: X0Transform = (denoise) => denoise;

/** Clips the estimated data to -range .. range and leaves the estimated noise as it is, as diffusers' samplers do. */
export const clipX0 =
  (denoise: Denoiser, range = 1): Denoiser =>
  async (x, level, step) => {
    const estimate = await denoise(x, level, step);
    return { ...estimate, x0: estimate.x0.map((v) => Math.min(Math.max(v, -range), range)) };
  };

/** Options of dynamic thresholding (Saharia et al. 2022). */
export interface ThresholdOptions {
  /** Share of elements that stay in bounds, 0 .. 1. */
  readonly quantile?: number;
  /** The bound is at least 1 and at most this. */
  readonly max?: number;
  /** Images in x, each bounded by its own values; 1 when absent. */
  readonly rows?: number;
}

/** Dynamic thresholding (Saharia et al. 2022): clips each image at a quantile of its |x0| and scales back. */
export const dynamicThreshold =
  (denoise: Denoiser, { quantile = 0.995, max = 1, rows = 1 }: ThresholdOptions = {}): Denoiser =>
  async (x, level, step) => {
    const estimate = await denoise(x, level, step);
    const x0 = mapRows(estimate.x0, rows, (row) => {
      const bound = Math.min(Math.max(quantileOf(row.map(Math.abs), quantile), 1), max);
      return row.map((v) => Math.min(Math.max(v, -bound), bound) / bound);
    });
    return { ...estimate, x0 };
  };

/** Makes the estimated noise follow from x and the bounded data again. */
export const recomputeEps =
  (denoise: Denoiser): Denoiser =>
  async (x, level, step) => {
    const estimate = await denoise(x, level, step);
    return { ...estimate, eps: lin([1 / level.sigma, x], [-level.alpha / level.sigma, estimate.x0]) };
  };

/** The quantile as torch has it: linear between neighbors. */
function quantileOf(values: Latent, share: number): number {
  const sorted = values.slice().sort();
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return (
    itemAt(sorted, low) + (at - low) * (itemAt(sorted, Math.min(low + 1, sorted.length - 1)) - itemAt(sorted, low))
  );
}
