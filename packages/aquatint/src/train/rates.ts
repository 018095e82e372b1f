import type { AdamWOptions, StepRates } from "./adamw.ts";

/** How the rates of a run go. */
export interface RateOptions extends AdamWOptions {
  /** Highest learning rate. */
  readonly learningRate: number;
  /** Steps over which the rate rises from 0 in a line. */
  readonly warmupSteps: number;
  /** Steps of the whole run, over which the rate falls as a half cosine to `finalShare` of the highest. */
  readonly steps: number;
  readonly finalShare?: number;
  readonly weightDecay: number;
  /** Highest decay of the moving average. */
  readonly emaDecay: number;
  readonly clipNorm: number;
}

/** The learning rate at step 1 .. steps: a linear warm-up, then half a cosine (Loshchilov and Hutter 2017). */
export function learningRateAt(
  step: number,
  { learningRate, warmupSteps, steps, finalShare = 0 }: RateOptions,
): number {
  if (step <= warmupSteps) return (learningRate * step) / warmupSteps;
  const progress = Math.min((step - warmupSteps) / Math.max(steps - warmupSteps, 1), 1);
  return learningRate * (finalShare + (1 - finalShare) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}

/** The decay of the moving average at step 1 .. : 0 at first, then longer up to `emaDecay`, as in diffusers' EMAModel. */
export const emaDecayAt = (step: number, { emaDecay }: RateOptions): number =>
  step <= 1 ? 0 : Math.min(emaDecay, step / (9 + step));

/** Everything that the update graph is told at a step, counted from 1. */
export function ratesAt(step: number, options: RateOptions): StepRates & { readonly learningRate: number } {
  const learningRate = learningRateAt(step, options);
  const { beta1 = 0.9, beta2 = 0.999 } = options;
  return {
    learningRate,
    keep: 1 - learningRate * options.weightDecay,
    step: learningRate / (1 - beta1 ** step),
    root: 1 / Math.sqrt(1 - beta2 ** step),
    ema: emaDecayAt(step, options),
    clip: options.clipNorm,
  };
}
