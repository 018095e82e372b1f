import { defineOp, type OpFn, opFunction, shapeError, withOpContext } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { type Shape, sizeOf, type Type } from "../graph/types.ts";
import { fill } from "./leaves.ts";
import { axisOf, broadcastShapes, sizeAt } from "./shape-rules.ts";

const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i]);
/** The trait `splat` of ops that only move or repeat elements. */
const sameValue = (value: number): number => value;

/** `shape` with its -1, of which there may be one, replaced by what is left of `count` elements. */
function complete(shape: Shape, count: number): Shape {
  const product = shape.reduce((n, d) => (d === -1 ? n : n * d), 1);
  const completeShape = shape.map((d) => (d === -1 ? count / product : d));
  const sound = completeShape.every((d) => Number.isInteger(d) && d >= 0) && sizeOf(completeShape) === count;
  return sound ? completeShape : shapeError(`${count} elements do not fill [${shape}]`);
}
/** Options of `reshape`. */
export interface ReshapeOptions {
  readonly shape: Shape;
}
/** The op of `reshape`. */
export type ReshapeOp = OpFn<[x: Tensor], ReshapeOptions>;
const reshapeOp: ReshapeOp = defineOp({
  name: "reshape",
  infer: ([x], { shape }) => ({ dtype: x.dtype, shape }),
  emit: (e, [x], { shape }) => e.node("Reshape", [x, e.constant("int64", shape)], { allowzero: 1 }),
  grad: ([dy], { inputs: [x] }) => [reshape(dy, { shape: x.shape })],
  view: true,
  traits: { merge: (_, second) => second, identity: ([x], { shape }) => sameShape(x.shape, shape), splat: sameValue },
});

/** The same elements in another shape. One axis may be -1: whatever is left. */
export const reshape: ((x: Tensor, options: ReshapeOptions) => Tensor) & Pick<ReshapeOp, "op"> = opFunction(
  reshapeOp,
  (x: Tensor, { shape }: ReshapeOptions) => {
    const completeShape = withOpContext("reshape", [x], () => complete(shape, sizeOf(x.shape)));
    return sameShape(completeShape, x.shape) ? x : reshapeOp(x, { shape: completeShape });
  },
);

/** Axis i of the result is axis `perm[i]` of x. */
export const transpose: OpFn<[x: Tensor], { perm: readonly number[] }> = defineOp({
  name: "transpose",
  infer: ([x], { perm }) => {
    if (perm.length !== x.shape.length || x.shape.some((_, i) => !perm.includes(i))) {
      shapeError(`[${perm}] is not an order of ${x.shape.length} axes`);
    }
    return { dtype: x.dtype, shape: perm.map((p) => sizeAt(x.shape, p)) };
  },
  emit: (e, x, { perm }) => e.node("Transpose", x, { perm }),
  grad: ([dy], { attrs: { perm } }) => [transpose(dy, { perm: perm.map((_, i) => perm.indexOf(i)) })],
  traits: {
    merge: (first, second) => ({ perm: second.perm.flatMap((p) => first.perm.slice(p, p + 1)) }),
    identity: (_, { perm }) => perm.every((p, i) => p === i),
    splat: sameValue,
  },
});

/** Repeats axes of size 1 until the shape is `shape` (broadcasting made explicit). */
export const expand: OpFn<[x: Tensor], { shape: Shape }> = defineOp({
  name: "expand",
  infer: ([x], { shape }) => {
    const broadcast = broadcastShapes(x.shape, shape);
    if (broadcast.length !== shape.length || broadcast.some((d, i) => d !== shape[i]))
      shapeError(`does not expand to [${shape}]`);
    return { dtype: x.dtype, shape };
  },
  emit: (e, [x], { shape }) => e.node("Expand", [x, e.constant("int64", shape)]),
  grad: ([dy]) => [dy],
  traits: { merge: (_, second) => second, identity: ([x], { shape }) => sameShape(x.shape, shape), splat: sameValue },
});

/** Joins tensors along an axis. */
export function concat(xs: readonly Tensor[], { axis }: { axis: number }): Tensor {
  const [first, ...rest] = xs;
  const at = withOpContext("concat", xs, () =>
    first ? axisOf(axis, first.shape.length) : shapeError("there is nothing to join"),
  );
  return first && !rest.length ? first : concatOp(...xs, { axis: at });
}
const concatOp: OpFn<Tensor[], { axis: number }> = defineOp({
  name: "concat",
  infer: (xs: Tensor[], { axis }: { axis: number }) => {
    const [first] = xs as [Tensor];
    const mismatch = xs.find(
      (x) => x.dtype !== first.dtype || x.shape.some((d, i) => i !== axis && d !== first.shape[i]),
    );
    if (mismatch || xs.some((x) => x.shape.length !== first.shape.length))
      shapeError(`shapes may differ along axis ${axis} only`);
    return {
      dtype: first.dtype,
      shape: first.shape.with(
        axis,
        xs.reduce((n, x) => n + sizeAt(x.shape, axis), 0),
      ),
    };
  },
  emit: (e, xs, { axis }) => e.node("Concat", xs, { axis }),
  grad: ([dy], { inputs, attrs: { axis } }) => [
    ...split(dy, { axis, sizes: inputs.map((x) => sizeAt(x.shape, axis)) }),
  ],
  traits: { splat: sameValue },
});

/** Cuts a tensor along an axis into parts of the given sizes. */
export const split: OpFn<[x: Tensor], { axis: number; sizes: readonly number[] }, readonly Type[]> = defineOp({
  name: "split",
  infer: ([x], { axis, sizes }) => {
    const n = sizeAt(x.shape, axisOf(axis, x.shape.length));
    if (sizes.reduce((a, b) => a + b, 0) !== n) shapeError(`parts of ${sizes.join(" + ")} do not make ${n}`);
    return sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.with(axis, size) }));
  },
  traits: { identity: (_, { sizes }) => sizes.length === 1 },
  emit: (e, [x], { axis, sizes }) =>
    e.nodes("Split", [x, e.constant("int64", sizes)], { axis }, { outputs: sizes.length }),
  grad: (dys, { outputs, attrs: { axis } }) => [
    concat(
      outputs.map((y, i) => dys[i] ?? fill({ value: 0, shape: y.shape })),
      { axis },
    ),
  ],
});

/** Elements `start` to `end` (not included) along each of the axes. */
export const slice: OpFn<[x: Tensor], { axis: number; start: number; end: number }> = defineOp({
  name: "slice",
  infer: ([x], { axis, start, end }) => {
    const n = sizeAt(x.shape, axisOf(axis, x.shape.length));
    if (start < 0 || end > n || start > end) shapeError(`${start} to ${end} is outside of 0 to ${n}`);
    return { dtype: x.dtype, shape: x.shape.with(axis, end - start) };
  },
  emit: (e, [x], { axis, start, end }) =>
    e.node("Slice", [x, ...[[start], [end], [axis]].map((v) => e.constant("int64", v))]),
  grad: ([dy], { inputs: [x], attrs: { axis, start, end } }) => {
    const n = x.shape.length;
    const at = axis < 0 ? axis + n : axis;
    const margin = (size: number) => Array.from({ length: n }, (_, i) => (i === at ? size : 0));
    return [pad(dy, { before: margin(start), after: margin(sizeAt(x.shape, at) - end) })];
  },
  traits: {
    identity: ([x], { axis, start, end }) => start === 0 && end === x.shape.at(axis),
    merge: (first, second, [x]) => {
      const axis = axisOf(second.axis, x.shape.length);
      return axisOf(first.axis, x.shape.length) === axis
        ? { axis, start: first.start + second.start, end: first.start + second.end }
        : undefined;
    },
    splat: sameValue,
  },
});

/** The sums of what stands at the same place of lists of one length. */
const sumOf = (list: Shape, ...lists: readonly Shape[]): Shape =>
  list.map((n, i) => lists.reduce((sum, other) => sum + (other[i] ?? 0), n));

/** Adds zeros before and after each axis. */
export const pad: OpFn<[x: Tensor], { before: readonly number[]; after: readonly number[] }> = defineOp({
  name: "pad",
  infer: ([x], { before, after }) => {
    if (before.length !== x.shape.length || after.length !== x.shape.length) shapeError(`one margin an axis is wanted`);
    if ([...before, ...after].some((d) => !Number.isInteger(d) || d < 0)) {
      shapeError(`margins ${before} and ${after} are not both whole numbers from 0 on`);
    }
    return { dtype: x.dtype, shape: sumOf(x.shape, before, after) };
  },
  emit: (e, [x], { before, after }) =>
    e.node("Pad", [x, e.constant("int64", [...before, ...after])], { mode: "constant" }),
  grad: ([dy], { inputs: [x], attrs: { before } }) => [
    before.reduce((d, b, axis) => {
      const n = sizeAt(x.shape, axis);
      return d.shape[axis] === n ? d : slice(d, { axis, start: b, end: b + n });
    }, dy),
  ],
  traits: {
    identity: (_, { before, after }) => [...before, ...after].every((n) => n === 0),
    merge: (first, second) => ({
      before: sumOf(first.before, second.before),
      after: sumOf(first.after, second.after),
    }),
  },
});

/** Cuts a tensor along an axis into `parts` parts of one size. */
export function chunk(x: Tensor, { axis, parts }: { axis: number; parts: number }): readonly Tensor[] {
  const n = withOpContext("chunk", [x], () => {
    const size = sizeAt(x.shape, axisOf(axis, x.shape.length));
    if (!(parts >= 1) || size % parts) shapeError(`${size} elements do not make ${parts} equal parts`);
    return size;
  });
  return split(x, { axis, sizes: Array.from({ length: parts }, () => n / parts) });
}

/** Joins tensors of one shape along a new axis. */
export function stack(xs: readonly Tensor[], { axis }: { axis: number }): Tensor {
  const [first] = xs;
  const at = withOpContext("stack", xs, () => {
    if (!first) return shapeError("there is nothing to join");
    if (xs.some((x) => String(x.shape) !== String(first.shape))) shapeError("all must have one shape");
    return axisOf(axis, first.shape.length + 1);
  });
  return concat(
    xs.map((x) => reshape(x, { shape: x.shape.toSpliced(at, 0, 1) })),
    { axis: at },
  );
}
