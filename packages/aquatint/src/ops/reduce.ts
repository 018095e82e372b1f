import type { Emitter } from "../graph/emitter.ts";
import { defineOp, type OpFn, opFunction, shapeError, withOpContext } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { type DType, type Shape, sizeOf, type Type } from "../graph/types.ts";
import { cast, equal } from "./comparison.ts";
import { div, exp, mul, neg, scale, square, sub } from "./elementwise.ts";
import { fill } from "./leaves.ts";
import { concat, expand, reshape, slice } from "./shape.ts";
import { axisOf, expectDtype, sizeAt } from "./shape-rules.ts";

/** Options of reductions. */
export interface ReduceOptions {
  /** Axes to reduce; all when absent. */
  readonly axes?: readonly number[] | undefined;
  /** Keep the reduced axes with size 1. */
  readonly keepDims?: boolean | undefined;
}

/** Axes to reduce, counted from the front, and whether they stay with size 1. */
export interface Reduction {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

function reductionOf(name: string, x: Tensor, { axes, keepDims = false }: ReduceOptions): Reduction {
  return withOpContext(name, [x], () => {
    const positiveAxes = axes?.map((axis) => axisOf(axis, x.shape.length)) ?? x.shape.map((_, i) => i);
    if (new Set(positiveAxes).size < positiveAxes.length) shapeError(`the axes [${axes}] name one twice`);
    return { axes: positiveAxes, keepDims };
  });
}

function expectElements(x: Type, axes: readonly number[]): void {
  const none = axes.find((axis) => x.shape[axis] === 0);
  if (none !== undefined) shapeError(`axis ${none} has no elements`);
}

const reducedShape = ({ shape }: Type, { axes, keepDims }: Reduction): Shape =>
  shape.flatMap((n, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [n]));
const keptShape = (x: Type, axes: readonly number[]): Shape => reducedShape(x, { axes, keepDims: true });
/** y, which is x reduced along `axes`, with those axes at size 1. */
const keepAxes = (y: Tensor, x: Tensor, axes: readonly number[]): Tensor => reshape(y, { shape: keptShape(x, axes) });

interface ReducerSpec {
  readonly dtypes: readonly DType[];
  /** True if there is a result where there is nothing to reduce. */
  readonly empty: boolean;
  readonly grad: (dy: Tensor, x: Tensor, y: Tensor, axes: readonly number[]) => Tensor;
  /** The result where all `count` elements are `value`. */
  readonly uniform: (value: number, count: number) => number;
}

const countOf = (x: Type, axes: readonly number[]): number => sizeOf(axes.map((axis) => sizeAt(x.shape, axis)));

const reduceNode = (e: Emitter, onnx: string, x: string, { axes, keepDims }: Reduction): string =>
  e.node(onnx, [x, e.constant("int64", axes)], { keepdims: keepDims ? 1 : 0 });

/** The logarithm of a sum of exponentials without the kernels' overflow: the largest is subtracted, limited to finite numbers, as infinities cancel to none. */
function logSumExp(e: Emitter, x: string, reduction: Reduction): string {
  const keptReduction = { ...reduction, keepDims: true };
  const limits = [-LARGEST, LARGEST].map((limit) => e.constant("float32", [limit], []));
  const top = e.node("Clip", [reduceNode(e, "ReduceMax", x, keptReduction), ...limits]);
  const total = reduceNode(e, "ReduceSum", e.node("Exp", [e.node("Sub", [x, top])]), keptReduction);
  const y = e.node("Add", [e.node("Log", [total]), top]);
  return reduction.keepDims ? y : e.node("Squeeze", [y, e.constant("int64", reduction.axes)]);
}
const LARGEST = 3.4028234663852886e38;

/** A reduction as a function. */
export type Reducer = ((x: Tensor, options?: ReduceOptions) => Tensor) & Pick<OpFn<[x: Tensor], Reduction>, "op">;

function reducer(
  name: string,
  onnx: string | typeof logSumExp,
  { dtypes, empty, grad, uniform }: ReducerSpec,
): Reducer {
  const op: OpFn<[x: Tensor], Reduction> = defineOp({
    name,
    infer: ([x], reduction) => {
      expectDtype(x, ...dtypes);
      if (!empty) expectElements(x, reduction.axes);
      return { dtype: x.dtype, shape: reducedShape(x, reduction) };
    },
    emit: (e, [x], reduction) => (typeof onnx === "string" ? reduceNode(e, onnx, x, reduction) : onnx(e, x, reduction)),
    grad: ([dy], { inputs: [x], outputs: [y], attrs: { axes } }) => [grad(dy, x, y, axes)],
    float32: "itself",
    traits: {
      identity: ([x], { axes, keepDims }) => keepDims && axes.every((axis) => x.shape[axis] === 1),
      splat: (value, [x], { axes }) => uniform(value, countOf(x, axes)),
    },
  });
  return opFunction(op, (x: Tensor, options: ReduceOptions = {}): Tensor => {
    const reduction = reductionOf(name, x, options);
    return reduction.axes.length ? op(x, reduction) : x;
  });
}

/** The sum along `axes`; 0 where there is nothing to add. */
export const sum: Reducer = reducer("sum", "ReduceSum", {
  dtypes: ["float32", "int32"],
  empty: true,
  grad: (dy, x, _, axes) => expand(keepAxes(dy, x, axes), { shape: x.shape }),
  uniform: (value, count) => value * count,
});

/** The mean along `axes`. */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { axes } = reductionOf("mean", x, options);
  withOpContext("mean", [x], () => expectElements(x, axes));
  return scale(sum(x, options), 1 / countOf(x, axes));
}

/** The mean square distance from the mean along `axes`; `correction` is taken from the count (1: unbiased). */
export function variance(
  x: Tensor,
  { correction = 0, ...options }: ReduceOptions & { correction?: number } = {},
): Tensor {
  const { axes } = reductionOf("variance", x, options);
  const count = countOf(x, axes);
  const distance = sub(x, mean(x, { axes, keepDims: true }));
  return scale(sum(square(distance), options), 1 / (count - correction));
}

/** The largest along `axes`; equal ones share the gradient. */
export const amax: (x: Tensor, options?: ReduceOptions) => Tensor = reducer("amax", "ReduceMax", {
  dtypes: ["float32", "int32"],
  empty: false,
  grad: (dy, x, y, axes) => {
    const isExtreme = cast(equal(x, keepAxes(y, x, axes)), { to: "float32" });
    return mul(isExtreme, div(keepAxes(dy, x, axes), sum(isExtreme, { axes, keepDims: true })));
  },
  uniform: (value) => value,
});

/** The smallest along `axes`; equal ones share the gradient. */
export const amin = (x: Tensor, options: ReduceOptions = {}): Tensor => neg(amax(neg(x), options));

/** ln(sum(e^x)) along `axes`, without overflow; its gradient is the softmax. */
export const logsumexp: (x: Tensor, options?: ReduceOptions) => Tensor = reducer("logsumexp", logSumExp, {
  dtypes: ["float32"],
  empty: false,
  grad: (dy, x, y, axes) => mul(keepAxes(dy, x, axes), exp(sub(x, keepAxes(y, x, axes)))),
  uniform: (value, count) => value + Math.log(count),
});

const position = (name: string, onnx: string): OpFn<[x: Tensor], { axis: number }> =>
  defineOp({
    name,
    infer: ([x], { axis }) => {
      expectDtype(x, "float32", "int32");
      const at = axisOf(axis, x.shape.length);
      expectElements(x, [at]);
      return { dtype: "int32", shape: x.shape.toSpliced(at, 1) };
    },
    emit: (e, x, { axis }) => e.node("Cast", [e.node(onnx, x, { axis, keepdims: 0 })], { to: 6 }),
    grad: "zero",
  });
/** The index of the largest element along `axis`, the first of equals, as int32; the axis is removed. */
export const argmax: OpFn<[x: Tensor], { axis: number }> = position("argmax", "ArgMax");
/** The index of the smallest element along `axis`, the first of equals, as int32; the axis is removed. */
export const argmin: OpFn<[x: Tensor], { axis: number }> = position("argmin", "ArgMin");

/** The sum of each element and all before it along `axis`; `reverse`: of all after it. */
export const cumsum = (x: Tensor, { axis, reverse = false }: { axis: number; reverse?: boolean }): Tensor =>
  cumsumOp(x, { axis, reverse });
const cumsumOp: OpFn<[x: Tensor], { axis: number; reverse: boolean }> = defineOp({
  name: "cumsum",
  infer: ([x], { axis }) => {
    expectDtype(x, "float32", "int32");
    axisOf(axis, x.shape.length);
    return x;
  },
  emit: (e, [x], { axis, reverse }, { inputs: [source] }) =>
    e.node("CumSum", [x, e.constant("int64", [axisOf(axis, source.shape.length)], [])], { reverse: reverse ? 1 : 0 }),
  grad: ([dy], { attrs: { axis, reverse } }) => [cumsum(dy, { axis, reverse: !reverse })],
  traits: { identity: ([x], { axis }) => x.shape.at(axis) === 1 },
});

/**
 * The product of each element and all before it along `axis`, in log2(n) products of a shifted copy (Hillis and Steele
 * 1986): no division, so that the gradient is right where elements are 0.
 */
export function cumprod(x: Tensor, { axis }: { axis: number }): Tensor {
  const at = withOpContext("cumprod", [x], () => axisOf(axis, x.shape.length));
  const n = sizeAt(x.shape, at);
  let y = x;
  for (let reach = 1; reach < n; reach *= 2) {
    const before = fill({ value: 1, shape: x.shape.with(at, reach) });
    y = mul(y, concat([before, slice(y, { axis: at, start: 0, end: n - reach })], { axis: at }));
  }
  return y;
}
