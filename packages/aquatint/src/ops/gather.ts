import { defineOp, type OpFn } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { sizeOf } from "../graph/types.ts";
import { reshape } from "./shape.ts";
import { expectDtype, expectRank } from "./shape-rules.ts";

/** Rows of `table` [v, d] by int32 `indices` [...]: [..., d]. Indices outside of the table fail when the graph runs. */
export const embedding: OpFn<[table: Tensor, indices: Tensor]> = defineOp({
  name: "embedding",
  infer: ([table, indices]) => {
    expectRank(table, 2, "rows, width");
    expectDtype(indices, "int32");
    return { dtype: table.dtype, shape: [...indices.shape, table.shape[1]!] };
  },
  emit: (e, x) => e.node("Gather", x, { axis: 0 }),
  grad: ([dy], { inputs: [table, indices] }) => {
    const [count, width] = [sizeOf(indices.shape), table.shape[1]!];
    const rows = reshape(dy, { shape: [count, width] });
    return [scatterAdd(rows, reshape(indices, { shape: [count] }), { rows: table.shape[0]! }), undefined];
  },
});

/** A table of `rows` rows, zero but for `updates` [n, d], each added to the row that `indices` [n] names. */
export const scatterAdd: OpFn<[updates: Tensor, indices: Tensor], { rows: number }> = defineOp({
  name: "scatterAdd",
  infer: ([updates, indices], { rows }) => {
    expectRank(updates, 2, "n, width");
    expectRank(indices, 1, "n");
    expectDtype(indices, "int32");
    return { dtype: updates.dtype, shape: [rows, updates.shape[1]!] };
  },
  emit: (e, [updates, indices], { rows }, { inputs: [source] }) => {
    const shape = e.constant("int64", [rows, source.shape[1]!]);
    const zeros = e.node("Expand", [e.constant("float32", [0], []), shape]);
    const int64 = e.node("Cast", [indices!], { to: 7 });
    const column = e.node("Unsqueeze", [int64, e.constant("int64", [1])]);
    return e.node("ScatterND", [zeros, column, updates!], { reduction: "add" });
  },
  grad: ([dy], { inputs: [, indices] }) => [embedding(dy, indices), undefined],
});
