/** Graphs: tensors, ops that users define, and values on the host. */
export { defineOp, type Emitter, float, type OpFn, type OpSpec, refuse, ShapeError } from "./op.ts";
export { printGraph } from "./print.ts";
export { Tensor } from "./tensor.ts";
export { type DType, type HostTensor, type HostTensors, type Shape, sizeOf, type Type } from "./types.ts";
