import { float } from "../graph/emitter.ts";
import { defineOp, type OpFn, type UnaryOp } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { cast, greater, where } from "./comparison.ts";
import { add, clamp, erf, mul, neg, scale, sigmoid, sub, tanh } from "./elementwise.ts";
import { scalar } from "./leaves.ts";
import { floatOf } from "./shape-rules.ts";

/** x · s for s = sigmoid(x), whose whole derivative is charged to x: s + y - y·s. */
const gate: OpFn<[x: Tensor, s: Tensor]> = defineOp({
  name: "gate",
  infer: ([x]) => x,
  emit: (e, x) => e.node("Mul", x),
  grad: ([dy], { inputs: [, s], outputs: [y] }) => [mul(dy, add(s, sub(y, mul(y, s)))), undefined],
  traits: { scalar: (x, s) => x * s },
});
/** x · sigmoid(x) (SiLU, also called swish). */
export const silu = (x: Tensor): Tensor => gate(x, sigmoid(x));
/** x · sigmoid(1.702 x), the activation of OpenAI's CLIP. */
export const quickGelu = (x: Tensor): Tensor => mul(x, sigmoid(scale(x, 1.702)));

/** The form of GELU: exact, or with the hyperbolic tangent in place of the normal distribution. */
export interface GeluOptions {
  readonly approximate?: "none" | "tanh" | undefined;
}
/** x · Phi(x) with the normal distribution function (Hendrycks and Gimpel 2016). */
export function gelu(x: Tensor, { approximate = "none" }: GeluOptions = {}): Tensor {
  const z =
    approximate === "tanh"
      ? tanh(scale(mul(x, add(scale(mul(x, x), 0.044715), scalar(1))), Math.sqrt(2 / Math.PI)))
      : erf(scale(x, Math.SQRT1_2));
  return mul(scale(x, 0.5), add(z, scalar(1)));
}

/** max(x, 0); its derivative at 0 is 0. */
export const relu: UnaryOp = defineOp({
  name: "relu",
  infer: ([x]) => floatOf(x),
  emit: (e, x) => e.node("Relu", x),
  grad: ([dy], { outputs: [y] }) => [mul(dy, cast(greater(y, scalar(0)), { to: "float32" }))],
  traits: { idempotent: true, scalar: (x) => Math.max(x, 0) },
});

/** x where it is positive, else slope · x (Maas et al. 2013). */
export const leakyRelu = (x: Tensor, { slope = 0.01 }: { slope?: number } = {}): Tensor => leakyReluOp(x, { slope });
const leakyReluOp: OpFn<[x: Tensor], { slope: number }> = defineOp({
  name: "leakyRelu",
  infer: ([x]) => floatOf(x),
  emit: (e, x, { slope }) => e.node("LeakyRelu", x, { alpha: float(slope) }),
  grad: ([dy], { inputs: [x], attrs: { slope } }) => [mul(dy, where(greater(x, scalar(0)), scalar(1), scalar(slope)))],
  traits: { scalar: (x, { slope }) => (x > 0 ? x : slope * x) },
});

/** x where it is positive, else alpha · (e^x - 1) (Clevert et al. 2015). */
export const elu = (x: Tensor, { alpha = 1 }: { alpha?: number } = {}): Tensor => eluOp(x, { alpha });
const eluOp: OpFn<[x: Tensor], { alpha: number }> = defineOp({
  name: "elu",
  infer: ([x]) => floatOf(x),
  emit: (e, x, { alpha }) => e.node("Elu", x, { alpha: float(alpha) }),
  grad: ([dy], { inputs: [x], outputs: [y], attrs: { alpha } }) => [
    mul(dy, where(greater(x, scalar(0)), scalar(1), add(y, scalar(alpha)))),
  ],
  traits: { scalar: (x, { alpha }) => (x > 0 ? x : alpha * Math.expm1(x)) },
});
/** ELU with the two constants that keep mean 0 and variance 1 from layer to layer (Klambauer et al. 2017). */
export const selu = (x: Tensor): Tensor => scale(elu(x, { alpha: 1.6732632423543772 }), 1.0507009873554805);

/** ln(1 + e^x), without overflow. */
export const softplus: UnaryOp = defineOp({
  name: "softplus",
  infer: ([x]) => floatOf(x),
  emit: (e, x) => e.node("Softplus", x),
  grad: ([dy], { inputs: [x] }) => [mul(dy, sigmoid(x))],
  traits: { scalar: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))) },
});
/** ln(sigmoid(x)), without overflow: the loss of a discriminator. */
export const logSigmoid = (x: Tensor): Tensor => neg(softplus(neg(x)));
/** x · tanh(softplus(x)) (Misra 2019). */
export const mish = (x: Tensor): Tensor => mul(x, tanh(softplus(x)));
/** A sigmoid of three straight lines: x / 6 + 1 / 2, between 0 and 1. */
export const hardSigmoid = (x: Tensor): Tensor => clamp(add(scale(x, 1 / 6), scalar(0.5)), { min: 0, max: 1 });
/** x · hardSigmoid(x) (Howard et al. 2019). */
export const hardSwish = (x: Tensor): Tensor => mul(x, hardSigmoid(x));
