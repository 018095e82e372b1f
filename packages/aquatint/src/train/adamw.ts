import type { Tensor } from "../graph/tensor.ts";
import { add, div, minimum, mul, sqrt, square, sub } from "../ops/elementwise.ts";
import { input, param, scalar } from "../ops/leaves.ts";
import { sum } from "../ops/reduce.ts";

/** Constants of AdamW that stay the same for a whole run (Loshchilov and Hutter 2019), with PyTorch's defaults. */
export interface AdamWOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly eps?: number;
}

/** The numbers that change from step to step, as the graph wants them. */
export interface StepRates {
  /** 1 - learning rate · weight decay */
  readonly keep: number;
  /** learning rate / (1 - beta1^k) */
  readonly step: number;
  /** 1 / sqrt(1 - beta2^k) */
  readonly root: number;
  /** Share of the moving average that stays. */
  readonly ema: number;
  /** Largest global norm of the gradients; Infinity for no clipping. */
  readonly clip: number;
}
type RateName = keyof StepRates;
/** The names of the rates; the graph's inputs are "rate." and these. */
export const rateNames = ["keep", "step", "root", "ema", "clip"] as const satisfies readonly RateName[];

/** The graph's scalar inputs for the rates, named "rate.keep" and so on. */
export const rateInputs = (): Readonly<Record<RateName, Tensor>> => {
  const rate = (name: RateName) => input({ name: `rate.${name}`, dtype: "float32", shape: [] });
  return { keep: rate("keep"), step: rate("step"), root: rate("root"), ema: rate("ema"), clip: rate("clip") };
};

/** Scales gradients so that their common norm is at most `limit`, as torch.nn.utils.clip_grad_norm_ does. */
export function clipByGlobalNorm(gradients: readonly Tensor[], limit: Tensor) {
  const norm = sqrt(gradients.map((g) => sum(square(g))).reduce((a, b) => add(a, b)));
  const factor = minimum(scalar(1), div(limit, add(norm, scalar(1e-6))));
  return { norm, clipped: gradients.map((g) => mul(g, factor)) };
}

/** Everything that one parameter is updated from, and its new values. */
export interface ParameterUpdate {
  readonly weight: Tensor;
  readonly m: Tensor;
  readonly v: Tensor;
  readonly ema: Tensor;
}

/** A zero-initialised leaf beside a parameter: a moment, or its moving average. */
export const beside = (weight: Tensor): Tensor => param({ shape: weight.shape, init: "zeros" });

/** One AdamW step of one parameter with decoupled weight decay, and its moving average after it. */
export function adamWUpdate(
  old: ParameterUpdate,
  gradient: Tensor,
  rates: Readonly<Record<RateName, Tensor>>,
  { beta1 = 0.9, beta2 = 0.999, eps = 1e-8 }: AdamWOptions = {},
): ParameterUpdate {
  const m = add(mul(old.m, scalar(beta1)), mul(gradient, scalar(1 - beta1)));
  const v = add(mul(old.v, scalar(beta2)), mul(square(gradient), scalar(1 - beta2)));
  const denominator = add(mul(sqrt(v), rates.root), scalar(eps));
  const weight = sub(mul(old.weight, rates.keep), mul(div(m, denominator), rates.step));
  const ema = add(weight, mul(sub(old.ema, weight), rates.ema));
  return { weight, m, v, ema };
}
