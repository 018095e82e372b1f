import { defineOp, type OpFn, refuse } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DType } from "../graph/types.ts";
import { fill, scalar } from "./leaves.ts";
import { broadcast, broadcastShapes, expectDtype } from "./shape-rules.ts";

type Unary = OpFn<[x: Tensor]>;
type Binary = OpFn<[a: Tensor, b: Tensor]>;

/** a + b */
export const add: Binary = defineOp({
  name: "add",
  infer: ([a, b]) => broadcast(a, b),
  emit: (e, x) => e.node("Add", x),
  grad: ([dy]) => [dy, dy],
  laws: { commutes: true, neutral: [0, 0], element: (a, b) => a + b },
});

/** a - b */
export const sub: Binary = defineOp({
  name: "sub",
  infer: ([a, b]) => broadcast(a, b),
  emit: (e, x) => e.node("Sub", x),
  grad: ([dy]) => [dy, neg(dy)],
  laws: { neutral: [undefined, 0], element: (a, b) => a - b },
});

/** a · b, element by element. */
export const mul: Binary = defineOp({
  name: "mul",
  infer: ([a, b]) => broadcast(a, b),
  emit: (e, x) => e.node("Mul", x),
  grad: ([dy], { inputs: [a, b] }) => [mul(dy, b), mul(dy, a)],
  laws: { commutes: true, neutral: [1, 1], element: (a, b) => a * b },
});

/** a / b */
export const div: Binary = defineOp({
  name: "div",
  infer: ([a, b]) => broadcast(a, b),
  emit: (e, x) => e.node("Div", x),
  grad: ([dy], { inputs: [, b], outputs: [y] }) => {
    const da = div(dy, b);
    return [da, neg(mul(da, y))];
  },
  laws: { neutral: [undefined, 1], element: (a, b) => a / b },
});

/** The larger of a and b; where they are equal the gradient goes to b. */
export const maximum: Binary = defineOp({
  name: "maximum",
  infer: ([a, b]) => broadcast(a, b),
  emit: (e, x) => e.node("Max", x),
  grad: ([dy], { inputs: [a, b] }) => {
    const first = cast(greater(a, b), { to: "float32" });
    return [mul(dy, first), mul(dy, sub(scalar(1), first))];
  },
  laws: { commutes: true, element: Math.max },
});

/** The smaller of a and b. */
export const minimum = (a: Tensor, b: Tensor): Tensor => neg(maximum(neg(a), neg(b)));

/** k · x for a number k. */
export const scale = (x: Tensor, k: number): Tensor => (k === 1 ? x : mul(x, scalar(k)));

/** -x */
export const neg: Unary = defineOp({
  name: "neg",
  infer: ([x]) => x,
  emit: (e, x) => e.node("Neg", x),
  grad: ([dy]) => [neg(dy)],
  laws: { cancels: true, element: (x) => -x },
});

const unary = (
  name: string,
  onnx: string,
  slope: (x: Tensor, y: Tensor) => Tensor,
  element?: (x: number) => number,
): Unary =>
  defineOp({
    name,
    infer: ([x]) => {
      expectDtype(x, "float32");
      return x;
    },
    emit: (e, x) => e.node(onnx, x),
    grad: ([dy], { inputs: [x], outputs: [y] }) => [mul(dy, slope(x, y))],
    laws: element ? { element } : {},
  });

/** e to the power x. */
export const exp: Unary = unary("exp", "Exp", (_, y) => y, Math.exp);
/** Natural logarithm. */
export const log: Unary = unary("log", "Log", (x) => div(scalar(1), x), Math.log);
/** Square root. */
export const sqrt: Unary = unary("sqrt", "Sqrt", (_, y) => div(scalar(0.5), y), Math.sqrt);
/** Sine of x in radians. */
export const sin: Unary = unary("sin", "Sin", (x) => cos(x));
/** Cosine of x in radians. */
export const cos: Unary = unary("cos", "Cos", (x) => neg(sin(x)));
/** Hyperbolic tangent. */
export const tanh: Unary = unary("tanh", "Tanh", (_, y) => sub(scalar(1), mul(y, y)));
/** 1 / (1 + e^-x) */
export const sigmoid: Unary = unary(
  "sigmoid",
  "Sigmoid",
  (_, y) => sub(y, mul(y, y)),
  (x) => 1 / (1 + Math.exp(-x)),
);
/** The error function of the normal distribution. */
export const erf: Unary = unary("erf", "Erf", (x) => scale(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)));

/** x² */
export const square = (x: Tensor): Tensor => mul(x, x);

/** x · s for s = sigmoid(x), whose whole derivative is charged to x: s + y - y·s. */
const gate: Binary = defineOp({
  name: "gate",
  infer: ([x]) => x,
  emit: (e, x) => e.node("Mul", x),
  grad: ([dy], { inputs: [, s], outputs: [y] }) => [mul(dy, add(s, sub(y, mul(y, s)))), undefined],
  laws: { element: (x, s) => x * s },
});
/** x · sigmoid(x) (SiLU, also called swish). */
export const silu = (x: Tensor): Tensor => gate(x, sigmoid(x));
/** x · sigmoid(1.702 x), the activation of OpenAI's CLIP. */
export const quickGelu = (x: Tensor): Tensor => mul(x, sigmoid(scale(x, 1.702)));
/** x · Phi(x) with the exact normal distribution function. */
export const gelu = (x: Tensor): Tensor => mul(scale(x, 0.5), add(erf(scale(x, Math.SQRT1_2)), scalar(1)));

/** a > b */
export const greater: Binary = defineOp({
  name: "greater",
  infer: ([a, b]) => ({ ...broadcast(a, b), dtype: "bool" }),
  emit: (e, x) => e.node("Greater", x),
  grad: "zero",
});

/** a = b */
export const equal: Binary = defineOp({
  name: "equal",
  infer: ([a, b]) => ({ ...broadcast(a, b), dtype: "bool" }),
  emit: (e, x) => e.node("Equal", x),
  grad: "zero",
});

/** The same values in another element type. */
export const cast: OpFn<[x: Tensor], { to: DType }> = defineOp({
  name: "cast",
  infer: ([x], { to }) => ({ dtype: to, shape: x.shape }),
  emit: (e, x, { to }) => e.node("Cast", x, { to: { float32: 1, int32: 6, bool: 9 }[to] }),
  grad: ([dy], { inputs: [x], attrs: { to } }) => [x.dtype === "float32" && to === "float32" ? dy : undefined],
  laws: { identity: ([x], { to }) => x.dtype === to },
});

/** `a` where `condition` holds, else `b`. */
export const where: OpFn<[condition: Tensor, a: Tensor, b: Tensor]> = defineOp({
  name: "where",
  infer: ([condition, a, b]) => {
    if (condition.dtype !== "bool") refuse("the condition must be bool");
    const { dtype, shape } = broadcast(a, b);
    return { dtype, shape: broadcastShapes(condition.shape, shape) };
  },
  emit: (e, x) => e.node("Where", x),
  grad: ([dy], { inputs: [condition] }) => {
    const none = fill({ value: 0, shape: [] });
    return [undefined, where(condition, dy, none), where(condition, none, dy)];
  },
});
