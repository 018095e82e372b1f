import { defineOp, type OpFn } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { scale } from "./elementwise.ts";
import { expand, reshape } from "./shape.ts";
import { axisOf, expectDtype } from "./shape-rules.ts";

/** Where to reduce, and what is left there. */
export interface ReduceOptions {
  /** Which axes go; all of them when absent. */
  readonly axes?: readonly number[];
  /** Keep the reduced axes with size 1. */
  readonly keepDims?: boolean;
}

/** The sum along `axes`. */
export function sum(x: Tensor, { axes, keepDims = false }: ReduceOptions = {}): Tensor {
  const whole = axes?.map((axis) => axisOf(axis, x.shape.length)) ?? x.shape.map((_, i) => i);
  return whole.length ? sumOp(x, { axes: whole, keepDims }) : x;
}
const sumOp: OpFn<[x: Tensor], { axes: readonly number[]; keepDims: boolean }> = defineOp({
  name: "sum",
  infer: ([x], { axes, keepDims }) => {
    expectDtype(x, "float32", "int32");
    const shape = x.shape.flatMap((n, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [n]));
    return { dtype: x.dtype, shape };
  },
  emit: (e, [x], { axes, keepDims }) =>
    e.node("ReduceSum", [x!, e.constant("int64", axes)], { keepdims: keepDims ? 1 : 0 }),
  grad: ([dy], { inputs: [x], attrs: { axes } }) => {
    const kept = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
    return [expand(reshape(dy, { shape: kept }), { shape: x.shape })];
  },
  laws: { uniform: (value, [x], { axes }) => axes.reduce((total, axis) => total * x.shape[axis]!, value) },
});

/** The mean along `axes`. */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  const axes = options.axes ?? x.shape.map((_, i) => i);
  const count = axes.reduce((n, axis) => n * x.shape[axisOf(axis, x.shape.length)]!, 1);
  return scale(sum(x, options), 1 / count);
}

/** Where along `axis` the largest element stands, the first of equals, as int32; the axis goes. */
export const argmax: OpFn<[x: Tensor], { axis: number }> = defineOp({
  name: "argmax",
  infer: ([x], { axis }) => {
    expectDtype(x, "float32", "int32");
    return { dtype: "int32", shape: x.shape.toSpliced(axisOf(axis, x.shape.length), 1) };
  },
  emit: (e, x, { axis }) => e.node("Cast", [e.node("ArgMax", x, { axis, keepdims: 0 })], { to: 6 }),
  grad: "zero",
});
