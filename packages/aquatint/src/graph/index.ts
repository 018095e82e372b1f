/** Graphs: tensors, ops that users define, and values on the host. */
export { type Attribute, type EmitOptions, type Emitter, float } from "./emitter.ts";
export { float32, float32Data, int32 } from "./host-tensor.ts";
export type { GraphMemory } from "./memory.ts";
export {
  type BinaryOp,
  defineOp,
  type OpFn,
  type Result,
  ShapeError,
  shapeError,
  type UnaryOp,
} from "./op.ts";
export { printGraph } from "./print.ts";
export type { Rule } from "./rewrite.ts";
export type { Scope } from "./scope.ts";
export {
  type Args,
  type Cotangents,
  type Gradients,
  type GradRule,
  type GradSite,
  type NamesOf,
  type Node,
  type OnNumbers,
  type Op,
  type OpSpec,
  type Outputs,
  type OutputsOf,
  Tensor,
  type Tensors,
  type Traits,
} from "./tensor.ts";
export { topological } from "./topological.ts";
export {
  type Defaulted,
  type DType,
  type HostArrays,
  type HostTensor,
  type HostTensors,
  type Shape,
  sizeOf,
  type Type,
} from "./types.ts";
