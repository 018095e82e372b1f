import type { Emitter } from "../../graph/emitter.ts";
import { defineOp, isNodeOf, type OpFn } from "../../graph/op.ts";
import { type Rule, ruleFor } from "../../graph/rewrite.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { upsampleNearest } from "../../ops/resize.ts";
import { expectDtype } from "../../ops/shape-rules.ts";

/** The smallest and the largest number of a tensor. */
export interface ValueRange {
  readonly min: number;
  readonly max: number;
}

/** Numbers in 8 bits: scale · (q - zeroPoint) for q in 0 .. 255. */
export interface Affine {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** The finest 8 bits that reach over a range and have a zero of their own, which padding needs. */
export function affineOf({ min, max }: ValueRange): Affine {
  const [low, high] = [Math.min(min, 0), Math.max(max, 0)];
  const scale = Math.fround((high - low) / 255) || 1;
  return { scale, zeroPoint: Math.round(-low / scale) };
}

/** The names of a scale and a zero point in an ONNX graph. */
export const affineNames = (e: Emitter, { scale, zeroPoint }: Affine): readonly [scale: string, zeroPoint: string] => [
  e.constant("float32", [scale], []),
  e.constant("uint8", [zeroPoint], []),
];

/** Numbers rounded to 8 bits; those beyond the range become its ends. */
export const quantize: OpFn<[x: Tensor], Affine> = defineOp({
  name: "quantize",
  infer: ([x]) => {
    expectDtype(x, "float32");
    return { dtype: "uint8", shape: x.shape };
  },
  emit: (e, [x], affine) => e.node("QuantizeLinear", [x, ...affineNames(e, affine)]),
  grad: "unsupported",
});

/** Numbers in 8 bits as float32. */
export const dequantize: OpFn<[q: Tensor], Affine> = defineOp({
  name: "dequantize",
  infer: ([q]) => {
    expectDtype(q, "uint8");
    return { dtype: "float32", shape: q.shape };
  },
  emit: (e, [q], affine) => e.node("DequantizeLinear", [q, ...affineNames(e, affine)]),
  grad: "unsupported",
});

/** Pixels are rounded before they are repeated, which moves a quarter of the bytes. */
export const quantizeBeforeUpsampling: Rule = ruleFor(quantize, ({ inputs: [{ node }], attrs }) =>
  isNodeOf(node, upsampleNearest) ? [upsampleNearest(quantize(node.inputs[0], attrs), node.attrs)] : undefined,
);
