/** From a graph to the ONNX program that a runtime loads. */
export { type CompileOptions, compile, type ParameterBinding } from "./compile.ts";
export type { Executable, WeightMemory } from "./executable.ts";
export type { Int8Graph, Int8Pass } from "./int8/pass.ts";
export { type Layout, type LayoutPass, layoutPass } from "./nchwc/layout.ts";
export {
  type Binding,
  type Emitted,
  type ExternalData,
  emitOnnx,
  type GraphWriter,
  type PlainWriter,
  type PrecisionPass,
  type StoredType,
} from "./onnx/emit.ts";
export { float16Pass } from "./onnx/float16.ts";
