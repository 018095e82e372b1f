/** Graphs: tensors, ops that users define, and values on the host. */
export { type Emitter, float } from "./emitter.ts";
export { float32, float32Data } from "./host-tensor.ts";
export { defineOp, type OpFn, ShapeError, shapeError } from "./op.ts";
export { printGraph } from "./print.ts";
export { type OpSpec, Tensor } from "./tensor.ts";
export { type DType, type HostTensor, type HostTensors, type Shape, sizeOf, type Type } from "./types.ts";
