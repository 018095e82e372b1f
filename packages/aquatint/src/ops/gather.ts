import { defineOp, type OpFn, shapeError, withOpContext } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { sizeOf, type Type } from "../graph/types.ts";
import { reshape, transpose } from "./shape.ts";
import { axisOf, expectDtype, expectRank, sizeAt } from "./shape-rules.ts";

/**
 * Slices of x along `axis` by int32 `indices` of any shape: [...before, ...indices, ...after] (numpy's take, PyTorch's
 * index_select). Indices outside of the axis fail when the graph runs.
 */
export const indexSelect = (x: Tensor, indices: Tensor, { axis }: { axis: number }): Tensor =>
  indexSelectOp(x, indices, { axis: withOpContext("indexSelect", [x, indices], () => axisOf(axis, x.shape.length)) });
const indexSelectOp: OpFn<[x: Tensor, indices: Tensor], { axis: number }> = defineOp({
  name: "indexSelect",
  infer: ([x, indices], { axis }) => {
    expectDtype(indices, "int32");
    return { dtype: x.dtype, shape: x.shape.toSpliced(axis, 1, ...indices.shape) };
  },
  emit: (e, x, { axis }) => e.node("Gather", x, { axis }),
  grad: ([dy], { inputs: [x, indices], attrs: { axis } }) => {
    const count = sizeOf(indices.shape);
    const updates = reshape(dy, { shape: x.shape.with(axis, count) });
    return [indexAdd(updates, reshape(indices, { shape: [count] }), { axis, size: sizeAt(x.shape, axis) }), undefined];
  },
});

/** Rows of `table` [v, d] by int32 `indices` [...]: [..., d]. Indices outside of the table fail when the graph runs. */
export function embedding(table: Tensor, indices: Tensor): Tensor {
  withOpContext("embedding", [table, indices], () => {
    expectRank(table, 2, "rows, width");
    expectDtype(indices, "int32");
  });
  return indexSelect(table, indices, { axis: 0 });
}

/**
 * Zeros with `size` slices along `axis`, and every slice of `updates` added to the one that int32 `indices` [n] names
 * (PyTorch's index_add): the transpose of indexSelect.
 */
export function indexAdd(updates: Tensor, indices: Tensor, { axis, size }: { axis: number; size: number }): Tensor {
  const at = withOpContext("indexAdd", [updates, indices], () => axisOf(axis, updates.shape.length));
  const rest = updates.shape.flatMap((_, i) => (i === at ? [] : [i]));
  const rows = indexAddRows(at ? transpose(updates, { perm: [at, ...rest] }) : updates, indices, { rows: size });
  const back = updates.shape.map((_, i) => (i === at ? 0 : rest.indexOf(i) + 1));
  return at ? transpose(rows, { perm: back }) : rows;
}
const indexAddRows: OpFn<[updates: Tensor, indices: Tensor], { rows: number }> = defineOp({
  name: "indexAdd",
  infer: ([updates, indices], { rows }) => {
    expectDtype(updates, "float32");
    expectDtype(indices, "int32");
    const [n] = updates.shape;
    if (indices.shape.length !== 1 || indices.shape[0] !== n)
      shapeError(`the indices must be [${n}], got [${indices.shape}]`);
    return { dtype: updates.dtype, shape: updates.shape.with(0, rows) };
  },
  emit: (e, [updates, indices], { rows }, { inputs: [source] }) => {
    const zeros = e.node("Expand", [e.constant("float32", [0], []), e.constant("int64", source.shape.with(0, rows))]);
    const int64 = e.node("Cast", [indices], { to: 7 });
    const column = e.node("Unsqueeze", [int64, e.constant("int64", [1])]);
    return e.node("ScatterND", [zeros, column, updates], { reduction: "add" });
  },
  grad: ([dy], { inputs: [, indices] }) => [indexSelect(dy, indices, { axis: 0 }), undefined],
});

function alongAxis(x: Type, indices: Type, axis: number): void {
  expectDtype(indices, "int32");
  expectRank(indices, x.shape.length, "those of x");
  const axisMismatch = indices.shape.findIndex((n, i) => i !== axis && n !== x.shape[i]);
  if (axisMismatch >= 0)
    shapeError(
      `axis ${axisMismatch} has ${x.shape[axisMismatch]} elements, the indices ${indices.shape[axisMismatch]}`,
    );
}

/**
 * For each place of int32 `indices` the element of x that stands there along `axis`; the other axes are equal (PyTorch's
 * gather). Indices outside of the axis fail when the graph runs.
 */
export const gather = (x: Tensor, indices: Tensor, { axis }: { axis: number }): Tensor =>
  gatherOp(x, indices, { axis: withOpContext("gather", [x, indices], () => axisOf(axis, x.shape.length)) });
const gatherOp: OpFn<[x: Tensor, indices: Tensor], { axis: number }> = defineOp({
  name: "gather",
  infer: ([x, indices], { axis }) => {
    alongAxis(x, indices, axis);
    return { dtype: x.dtype, shape: indices.shape };
  },
  emit: (e, x, { axis }) => e.node("GatherElements", x, { axis }),
  grad: ([dy], { inputs: [x, indices], attrs: { axis } }) => [
    scatterAdd(dy, indices, { axis, size: sizeAt(x.shape, axis) }),
    undefined,
  ],
});

/**
 * Zeros with `size` places along `axis`, and every element of `updates` added to the place that int32 `indices`, of the
 * same shape, names (PyTorch's scatter_add): the transpose of gather.
 */
export const scatterAdd = (updates: Tensor, indices: Tensor, { axis, size }: { axis: number; size: number }): Tensor =>
  scatterAddOp(updates, indices, {
    axis: withOpContext("scatterAdd", [updates, indices], () => axisOf(axis, updates.shape.length)),
    size,
  });
const scatterAddOp: OpFn<[updates: Tensor, indices: Tensor], { axis: number; size: number }> = defineOp({
  name: "scatterAdd",
  infer: ([updates, indices], { axis, size }) => {
    expectDtype(updates, "float32");
    alongAxis(updates, indices, axis);
    if (indices.shape[axis] !== updates.shape[axis]) shapeError("updates and indices must have one shape");
    return { dtype: updates.dtype, shape: updates.shape.with(axis, size) };
  },
  emit: (e, [updates, indices], { axis, size }, { inputs: [source] }) => {
    const shape = e.constant("int64", source.shape.with(axis, size));
    const zeros = e.node("Expand", [e.constant("float32", [0], []), shape]);
    return e.node("ScatterElements", [zeros, indices, updates], { axis, reduction: "add" });
  },
  grad: ([dy], { inputs: [, indices], attrs: { axis } }) => [gather(dy, indices, { axis }), undefined],
});
