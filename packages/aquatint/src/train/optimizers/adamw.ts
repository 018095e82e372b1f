import { z } from "zod";
import { add, div, mul, sqrt, square, sub } from "../../ops/elementwise.ts";
import { scalar } from "../../ops/leaves.ts";
import type { Optimizer, OptimizerKind } from "./optimizer.ts";

/** Constants of Adam that stay the same for a whole run, with PyTorch's defaults. */
export interface AdamOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly eps?: number;
}

/** State of Adam for each parameter. */
export type AdamSlot = "adam.m" | "adam.v";
/** Numbers of each step of Adam. */
export type AdamRate = "decay" | "stepSize" | "biasCorrection2";

/** AdamW (Loshchilov and Hutter 2019): Adam whose weight decay is apart from the gradient. */
export function adamW({ beta1 = 0.9, beta2 = 0.999, eps = 1e-8 }: AdamOptions = {}): Optimizer<AdamSlot, AdamRate> {
  return {
    slots: ["adam.m", "adam.v"],
    rates: ["decay", "stepSize", "biasCorrection2"],
    ratesAt: ({ learningRate, weightDecay, update }) => ({
      decay: 1 - learningRate * weightDecay,
      stepSize: learningRate / (1 - beta1 ** update),
      biasCorrection2: 1 / Math.sqrt(1 - beta2 ** update),
    }),
    update({ weight, slots }, gradient, { decay, stepSize, biasCorrection2 }) {
      const m = add(mul(slots["adam.m"], scalar(beta1)), mul(gradient, scalar(1 - beta1)));
      const v = add(mul(slots["adam.v"], scalar(beta2)), mul(square(gradient), scalar(1 - beta2)));
      // stepSize m / (biasCorrection2 sqrt(v) + eps), divided by biasCorrection2: numbers instead of one more pass over the weights
      const direction = div(m, add(sqrt(v), div(scalar(eps), biasCorrection2)));
      const next = sub(mul(weight, decay), mul(direction, div(stepSize, biasCorrection2)));
      return { weight: next, slots: { "adam.m": m, "adam.v": v } };
    },
  };
}

/** Adam (Kingma and Ba 2015): weight decay is part of the gradient, as in torch.optim.Adam. */
export function adam(options: AdamOptions = {}): Optimizer<AdamSlot, AdamRate | "weightDecay"> {
  const decoupled = adamW(options);
  return {
    slots: decoupled.slots,
    rates: [...decoupled.rates, "weightDecay"],
    ratesAt: (context) => ({ ...decoupled.ratesAt({ ...context, weightDecay: 0 }), weightDecay: context.weightDecay }),
    update: (old, gradient, rates) => decoupled.update(old, add(gradient, mul(old.weight, rates.weightDecay)), rates),
  };
}

const beta = z.number().min(0).lt(1);
const fields = {
  beta1: beta.default(0.9).describe("Decay of the mean of the gradients at each step, 0 .. 1."),
  beta2: beta.default(0.999).describe("Decay of the mean of the squared gradients at each step, 0 .. 1."),
  eps: z.number().positive().default(1e-8).describe("Epsilon, added to the root of the mean squared gradient."),
};

/** `{ "name": "adamw" }` */
export const adamwKind = {
  config: z
    .strictObject({ name: z.literal("adamw"), ...fields })
    .describe("AdamW: weight decay is applied to the weights, apart from the gradient."),
  create: adamW,
} satisfies OptimizerKind<z.ZodType>;

/** `{ "name": "adam" }` */
export const adamKind = {
  config: z
    .strictObject({ name: z.literal("adam"), ...fields })
    .describe("Adam: weight decay is added to the gradient."),
  create: adam,
} satisfies OptimizerKind<z.ZodType>;
