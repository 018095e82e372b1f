import { type BinaryOp, defineOp, type OpFn, shapeError, type UnaryOp, withOpContext } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Type } from "../graph/types.ts";
import { cast, equal, greater, greaterEqual, lessEqual, logicalAnd, where } from "./comparison.ts";
import { scalar } from "./leaves.ts";
import { expand } from "./shape.ts";
import { broadcast, broadcastShapes, expectDtype, floatOf } from "./shape-rules.ts";

function numbers(a: Type, b: Type): Type {
  expectDtype(a, "float32", "int32");
  return broadcast(a, b);
}
function number(x: Type): Type {
  expectDtype(x, "float32", "int32");
  return x;
}

/** a + b */
export const add: BinaryOp = defineOp({
  name: "add",
  infer: ([a, b]) => numbers(a, b),
  emit: (e, x) => e.node("Add", x),
  grad: ([dy]) => [dy, dy],
  traits: { commutative: true, identityElement: [0, 0], scalar: (a, b) => a + b },
});

/** a - b */
export const sub: BinaryOp = defineOp({
  name: "sub",
  infer: ([a, b]) => numbers(a, b),
  emit: (e, x) => e.node("Sub", x),
  grad: ([dy]) => [dy, neg(dy)],
  traits: { identityElement: [undefined, 0], scalar: (a, b) => a - b },
});

/** a · b, element by element. */
export const mul: BinaryOp = defineOp({
  name: "mul",
  infer: ([a, b]) => numbers(a, b),
  emit: (e, x) => e.node("Mul", x),
  grad: ([dy], { inputs: [a, b] }) => [mul(dy, b), mul(dy, a)],
  traits: { commutative: true, identityElement: [1, 1], scalar: (a, b) => a * b },
});

/** a / b, both float32. */
export const div: BinaryOp = defineOp({
  name: "div",
  infer: ([a, b]) => {
    expectDtype(a, "float32");
    return broadcast(a, b);
  },
  emit: (e, x) => e.node("Div", x),
  grad: ([dy], { inputs: [, b], outputs: [y] }) => {
    const da = div(dy, b);
    return [da, neg(mul(da, y))];
  },
  traits: { identityElement: [undefined, 1], scalar: (a, b) => a / b },
});

/** The larger of a and b; where they are equal the gradient goes to b. */
export const maximum: BinaryOp = defineOp({
  name: "maximum",
  infer: ([a, b]) => numbers(a, b),
  emit: (e, x) => e.node("Max", x),
  grad: ([dy], { inputs: [a, b] }) => {
    const first = cast(greater(a, b), { to: "float32" });
    return [mul(dy, first), mul(dy, sub(scalar(1), first))];
  },
  traits: {
    commutative: true,
    identityElement: [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    identity: ([a, b]) => a === b,
    scalar: (a, b) => Math.max(a, b),
  },
});

/** The smaller of a and b; where they are equal the gradient goes to b. */
export const minimum = (a: Tensor, b: Tensor): Tensor => neg(maximum(neg(a), neg(b)));

/** k · x for a number k. */
export const scale = (x: Tensor, k: number): Tensor => (k === 1 ? x : mul(x, scalar(k)));

/** -x */
export const neg: UnaryOp = defineOp({
  name: "neg",
  infer: ([x]) => number(x),
  // WebGPU has no kernel for the integers
  emit: (e, [x], _, { inputs: [{ dtype }] }) =>
    dtype === "int32" ? e.node("Sub", [e.constant("int32", [0], []), x]) : e.node("Neg", [x]),
  grad: ([dy]) => [neg(dy)],
  traits: { involution: true, scalar: (x) => -x },
});

/** Declarations of an op of one tensor. */
interface UnaryOptions extends Pick<UnaryOp["op"], "float32"> {
  /** The op on numbers. */
  readonly element?: (x: number) => number;
}

const unary = (
  name: string,
  onnx: string,
  slope: (x: Tensor, y: Tensor) => Tensor,
  { element, float32 }: UnaryOptions = {},
): UnaryOp =>
  defineOp({
    name,
    infer: ([x]) => floatOf(x),
    emit: (e, x) => e.node(onnx, x),
    grad: ([dy], { inputs: [x], outputs: [y] }) => [mul(dy, slope(x, y))],
    traits: element ? { scalar: element } : {},
    ...(float32 && { float32 }),
  });

/** e to the power x. */
export const exp: UnaryOp = unary("exp", "Exp", (_, y) => y, { element: Math.exp, float32: "itself" });
/** Natural logarithm. */
export const log: UnaryOp = unary("log", "Log", (x) => div(scalar(1), x), { element: Math.log, float32: "itself" });
/** Square root. */
export const sqrt: UnaryOp = unary("sqrt", "Sqrt", (_, y) => div(scalar(0.5), y), { element: Math.sqrt });
/** Sine of x in radians. */
export const sin: UnaryOp = unary("sin", "Sin", (x) => cos(x), { element: Math.sin, float32: "arguments" });
/** Cosine of x in radians. */
export const cos: UnaryOp = unary("cos", "Cos", (x) => neg(sin(x)), { element: Math.cos, float32: "arguments" });
/** Hyperbolic tangent. */
export const tanh: UnaryOp = unary("tanh", "Tanh", (_, y) => sub(scalar(1), mul(y, y)), { element: Math.tanh });
/** 1 / (1 + e^-x) */
export const sigmoid: UnaryOp = unary("sigmoid", "Sigmoid", (_, y) => sub(y, mul(y, y)), {
  element: (x) => 1 / (1 + Math.exp(-x)),
});
/** The error function of the normal distribution. */
export const erf: UnaryOp = unary("erf", "Erf", (x) => scale(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)));

/** x² */
export const square = (x: Tensor): Tensor => mul(x, x);

/** -1, 0 or 1. */
export function sign(x: Tensor): Tensor {
  const zero = cast(scalar(0), { to: x.dtype });
  const asNumber = (side: Tensor) => cast(side, { to: x.dtype });
  return sub(asNumber(greater(x, zero)), asNumber(greater(zero, x)));
}

/** |x|; its derivative at 0 is 0. */
export const abs: UnaryOp = defineOp({
  name: "abs",
  infer: ([x]) => number(x),
  emit: (e, x) => e.node("Abs", x),
  grad: ([dy], { inputs: [x] }) => [mul(dy, sign(x))],
  traits: { idempotent: true, scalar: Math.abs },
});

const step = (name: string, onnx: string, element: (x: number) => number): UnaryOp =>
  defineOp({
    name,
    infer: ([x]) => floatOf(x),
    emit: (e, x) => e.node(onnx, x),
    grad: "zero",
    traits: { idempotent: true, scalar: element },
  });
/** The largest whole number that is not above x. */
export const floor: UnaryOp = step("floor", "Floor", Math.floor);
/** The smallest whole number that is not below x. */
export const ceil: UnaryOp = step("ceil", "Ceil", Math.ceil);
const toEven = (x: number): number => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));
/** The nearest whole number; of two the even one. */
export const round: UnaryOp = step("round", "Round", toEven);

/** The limits of `clamp`; a side that is absent is open. */
export interface ClampOptions {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}
/** x, and the nearest of `min` and `max` where it lies outside of them; the gradient is 1 on the limits, 0 beyond. */
export const clamp = (x: Tensor, { min, max }: ClampOptions): Tensor => clampOp(x, { min, max });
interface Limits {
  readonly min: number | undefined;
  readonly max: number | undefined;
}
const clamped = (x: number, { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: Limits): number =>
  Math.min(Math.max(x, min), max);
const clampOp: OpFn<[x: Tensor], Limits> = defineOp({
  name: "clamp",
  infer: ([x], { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }) => {
    const type = floatOf(x);
    if (min > max) shapeError(`${min} is above ${max}`);
    return type;
  },
  emit: (e, [x], { min, max }) =>
    e.node("Clip", [x, ...[min, max].map((limit) => (limit === undefined ? "" : e.constant("float32", [limit], [])))]),
  grad: ([dy], { inputs: [x], attrs: { min, max } }) => {
    const above = min === undefined ? [] : [greaterEqual(x, scalar(min))];
    const below = max === undefined ? [] : [lessEqual(x, scalar(max))];
    const inside = [...above, ...below];
    return [inside.length ? mul(dy, cast(inside.reduce(logicalAnd), { to: "float32" })) : dy];
  },
  traits: {
    identity: (_, { min, max }) => min === undefined && max === undefined,
    merge: (first, second) => ({
      min: first.min === undefined ? second.min : clamped(first.min, second),
      max: first.max === undefined ? second.max : clamped(first.max, second),
    }),
    scalar: clamped,
  },
});

/**
 * x to the power of a number, or of a tensor. As in C, 0 to the power 0 is 1, and a negative number has no powers that
 * are not whole (NaN). A base of 0 gives a tensor in the exponent the gradient 0.
 */
export const pow = (x: Tensor, exponent: Tensor | number): Tensor =>
  typeof exponent === "number" ? powNumber(x, { exponent }) : powTensor(...broadcastOperands(x, exponent));

/** Both tensors at the shape that they broadcast to, unless one is a scalar: ONNX Runtime 1.30 fails to broadcast Pow on WebGPU. */
function broadcastOperands(a: Tensor, b: Tensor): [Tensor, Tensor] {
  if (!a.shape.length || !b.shape.length) return [a, b];
  const shape = withOpContext("pow", [a, b], () => broadcastShapes(a.shape, b.shape));
  return [expand(a, { shape }), expand(b, { shape })];
}

const powNumber: OpFn<[x: Tensor], { exponent: number }> = defineOp({
  name: "pow",
  infer: ([x]) => floatOf(x),
  emit: (e, [x], { exponent }) => e.node("Pow", [x, e.constant("float32", [exponent], [])]),
  grad: ([dy], { inputs: [x], attrs: { exponent: p } }) => {
    if (p === 0) return [undefined];
    return [p === 1 ? dy : mul(dy, scale(p === 2 ? x : pow(x, p - 1), p))];
  },
  traits: { identity: (_, { exponent }) => exponent === 1 },
});

// Where a branch is not taken its operand is 1, so that no infinity meets a zero when it is differentiated again.
const powTensor: BinaryOp = defineOp({
  name: "pow",
  infer: ([a, b]) => {
    expectDtype(a, "float32");
    return broadcast(a, b);
  },
  emit: (e, x) => e.node("Pow", x),
  grad: ([dy], { inputs: [a, b] }) => {
    const [noBase, noExponent] = [equal(a, scalar(0)), equal(b, scalar(0))];
    const power = pow(where(noExponent, scalar(1), a), sub(b, scalar(1)));
    const base = where(noBase, scalar(1), a);
    const slope = mul(pow(base, b), log(base));
    return [mul(dy, mul(b, power)), mul(dy, slope)];
  },
  traits: { identityElement: [undefined, 1] },
});
