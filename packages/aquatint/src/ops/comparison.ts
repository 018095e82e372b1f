import { type BinaryOp, defineOp, type OpFn, shapeError } from "../graph/op.ts";
import type { Tensor, Traits } from "../graph/tensor.ts";
import { type DType, type Shape, sizeOf } from "../graph/types.ts";
import { constant, fill } from "./leaves.ts";
import { broadcast, broadcastShapes, expectDtype } from "./shape-rules.ts";

type BinaryTraits = Traits<[a: Tensor, b: Tensor], undefined>;
const comparison = (name: string, onnx: string, dtypes: readonly DType[], traits: BinaryTraits = {}): BinaryOp =>
  defineOp({
    name,
    infer: ([a, b]) => {
      expectDtype(a, ...dtypes);
      return { ...broadcast(a, b), dtype: "bool" };
    },
    emit: (e, x) => e.node(onnx, x),
    grad: "zero",
    traits,
  });

/** a > b, as bool. */
export const greater: BinaryOp = comparison("greater", "Greater", ["float32", "int32"]);
/** a ≥ b, as bool. */
export const greaterEqual: BinaryOp = comparison("greaterEqual", "GreaterOrEqual", ["float32", "int32"]);
/** a = b, as bool. */
export const equal: BinaryOp = comparison("equal", "Equal", ["float32", "int32", "bool"], { commutative: true });
/** a < b, as bool. */
export const less: BinaryOp = comparison("less", "Less", ["float32", "int32"]);
/** a ≤ b, as bool. */
export const lessEqual: BinaryOp = comparison("lessEqual", "LessOrEqual", ["float32", "int32"]);
/** a and b, both bool. */
export const logicalAnd: BinaryOp = comparison("logicalAnd", "And", ["bool"], {
  commutative: true,
  identity: ([a, b]) => a === b,
});

/** Not x, which is bool. */
export const logicalNot: OpFn<[x: Tensor]> = defineOp({
  name: "logicalNot",
  infer: ([x]) => {
    expectDtype(x, "bool");
    return x;
  },
  emit: (e, x) => e.node("Not", x),
  grad: "zero",
  traits: { involution: true },
});

/** a or b, both bool, or both. */
export const logicalOr = (a: Tensor, b: Tensor): Tensor => logicalNot(logicalAnd(logicalNot(a), logicalNot(b)));

/** a ≠ b, as bool. */
export const notEqual = (a: Tensor, b: Tensor): Tensor => logicalNot(equal(a, b));

/** The same values in another element type; float32 to int32 cuts toward zero, and what is not 0 is true. */
export const cast: OpFn<[x: Tensor], { to: DType }> = defineOp({
  name: "cast",
  infer: ([x], { to }) => ({ dtype: to, shape: x.shape }),
  emit: (e, x, { to }) => e.node("Cast", x, { to: { float32: 1, int32: 6, bool: 9, int8: 3, uint8: 2 }[to] }),
  grad: ([dy], { inputs: [x], attrs: { to } }) => [x.dtype === "float32" && to === "float32" ? dy : undefined],
  traits: {
    identity: ([x], { to }) => x.dtype === to,
    // bool is 0 and 1 everywhere, and no int32 becomes 0; float32 does not hold every int32, nor int32 a fraction
    merge: (_, second, [x]) =>
      x.dtype === "bool" || (x.dtype === "int32" && second.to === "bool") ? second : undefined,
  },
});

/** `a` where `condition` holds, else `b`. */
export const where: OpFn<[condition: Tensor, a: Tensor, b: Tensor]> = defineOp({
  name: "where",
  infer: ([condition, a, b]) => {
    if (condition.dtype !== "bool") shapeError("the condition must be bool");
    expectDtype(a, "float32", "int32");
    const { dtype, shape } = broadcast(a, b);
    return { dtype, shape: broadcastShapes(condition.shape, shape) };
  },
  emit: (e, x) => e.node("Where", x),
  grad: ([dy], { inputs: [condition] }) => {
    const none = fill({ value: 0, shape: [] });
    return [undefined, where(condition, dy, none), where(condition, none, dy)];
  },
});

/** The causal mask of attention, bool [queries, keys]: each query sees its own position and all before it; the last query is at the last key. */
export function causalMask({ queries, keys = queries }: { queries: number; keys?: number }): Tensor {
  const positions = (shape: Shape, first: number) => {
    const data = Int32Array.from({ length: sizeOf(shape) }, (_, i) => first + i);
    return constant({ value: { dtype: "int32", shape, data } });
  };
  return greaterEqual(positions([queries, 1], keys - queries), positions([1, keys], 0));
}
