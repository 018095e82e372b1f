import { defineOp, type OpFn, shapeError } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { reshape, transpose } from "./shape.ts";
import { expectDtype, expectRank } from "./shape-rules.ts";

/** Channels of x [n, c factor², h, w] as pixels: [n, c, factor h, factor w] (Shi et al. 2016; PyTorch's pixel_shuffle). */
export const pixelShuffle: OpFn<[x: Tensor], { factor: number }> = defineOp({
  name: "pixelShuffle",
  infer: ([x], { factor }) => {
    expectDtype(x, "float32");
    expectRank(x, 4, "n, c, h, w");
    if (!Number.isInteger(factor) || factor < 1) shapeError(`the factor ${factor} is not a positive whole number`);
    const [n, channels, h, w] = x.shape as [number, number, number, number];
    if (channels % factor ** 2) shapeError(`${channels} channels are not a multiple of ${factor ** 2}`);
    if (x.shape.includes(0)) shapeError("there are no channels to spread");
    return { dtype: x.dtype, shape: [n, channels / factor ** 2, h * factor, w * factor] };
  },
  emit: (e, x, { factor }) => e.node("DepthToSpace", x, { blocksize: factor, mode: "CRD" }),
  grad: ([dy], { inputs: [x], attrs: { factor } }) => {
    const [n, channels, h, w] = x.shape as [number, number, number, number];
    const split = reshape(dy, { shape: [n, channels / factor ** 2, h, factor, w, factor] });
    return [reshape(transpose(split, { perm: [0, 1, 3, 5, 2, 4] }), { shape: x.shape })];
  },
  traits: { identity: (_, { factor }) => factor === 1, splat: (value) => value },
});
