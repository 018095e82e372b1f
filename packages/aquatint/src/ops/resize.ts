import { defineOp, type OpFn, refuse } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { sum } from "./reduce.ts";
import { reshape } from "./shape.ts";

/** Repeats every pixel of [n, c, h, w] `factor` times in both directions (nearest neighbour). */
export const upsampleNearest: OpFn<[x: Tensor], { factor: number }> = defineOp({
  name: "upsampleNearest",
  infer: ([x], { factor }) => {
    if (x.shape.length !== 4) refuse(`expected [n, c, h, w]`);
    return { dtype: x.dtype, shape: x.shape.map((d, i) => (i < 2 ? d : d * factor)) };
  },
  emit: (e, [x], { factor }) =>
    e.node("Resize", [x!, "", e.constant("float32", [1, 1, factor, factor])], {
      mode: "nearest",
      coordinate_transformation_mode: "asymmetric",
      nearest_mode: "floor",
    }),
  grad: ([dy], { inputs: [x], attrs: { factor } }) => {
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const cells = reshape(dy, { shape: [n * c * h, factor, w, factor] });
    return [reshape(sum(cells, { axes: [1, 3] }), { shape: x.shape })];
  },
  laws: { identity: (_, { factor }) => factor === 1, uniform: (value) => value },
});
