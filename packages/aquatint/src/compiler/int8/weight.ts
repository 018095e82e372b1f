import { defineOp, type OpFn, shapeError } from "../../graph/op.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { HostTensor, Shape } from "../../graph/types.ts";
import type { ExternalData } from "../onnx/emit.ts";
import type { ValueRange } from "./affine.ts";

/** A convolution or linear layer in 8 bits: weight[o, ...] is scale[o] · q[o, ...], with q in -127 .. 127. */
export interface QuantizedLayer {
  readonly weight: HostTensor<"int8"> | ExternalData;
  /** One for each output channel. */
  readonly scale: Float32Array;
  readonly input: ValueRange;
  /** Range of the result of a convolution, whose kernel rounds it. */
  readonly output?: ValueRange | undefined;
}

/** A layer's weight as leaves of a graph. */
export interface QuantizedWeight {
  readonly layer: QuantizedLayer;
  /** int8, of the shape of the float32 weight. */
  readonly values: Tensor;
  /** [o] */
  readonly scale: Tensor;
}

/** A weight in 8 bits, bound to its values when the graph is written. */
export const int8Weight: OpFn<[], { shape: Shape }> = defineOp({
  name: "int8Weight",
  infer: (_, { shape }) => ({ dtype: "int8", shape }),
  emit: () => shapeError("a weight must be bound before its graph is written"),
  grad: "leaf",
  traits: { unique: true },
});
