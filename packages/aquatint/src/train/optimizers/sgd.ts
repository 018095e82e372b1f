import { z } from "zod";
import { add, mul, scale, sub } from "../../ops/elementwise.ts";
import type { Optimizer, OptimizerKind } from "./optimizer.ts";

/** Constants of stochastic gradient descent that stay the same for a whole run. */
export interface SgdOptions {
  readonly momentum?: number;
  readonly nesterov?: boolean;
}

/** Stochastic gradient descent with momentum (Sutskever et al. 2013), as torch.optim.SGD computes it. */
export function sgd({
  momentum = 0.9,
  nesterov = false,
}: SgdOptions = {}): Optimizer<"sgd.velocity", "step" | "decay"> {
  return {
    slots: ["sgd.velocity"],
    rates: ["step", "decay"],
    ratesAt: ({ learningRate, weightDecay }) => ({ step: learningRate, decay: weightDecay }),
    update({ weight, slots }, gradient, { step, decay }) {
      const slope = add(gradient, mul(weight, decay));
      const velocity = add(scale(slots["sgd.velocity"], momentum), slope);
      const direction = nesterov ? add(slope, scale(velocity, momentum)) : velocity;
      return { weight: sub(weight, mul(direction, step)), slots: { "sgd.velocity": velocity } };
    },
  };
}

/** `{ "name": "sgd" }` */
export const sgdKind = {
  config: z
    .strictObject({
      name: z.literal("sgd"),
      momentum: z.number().min(0).lt(1).default(0.9).describe("Momentum: decay of the velocity at each step, 0 .. 1."),
      nesterov: z.boolean().default(false).describe("Use Nesterov momentum."),
    })
    .describe("Stochastic gradient descent with momentum."),
  create: sgd,
} satisfies OptimizerKind<z.ZodType>;
