/** The library that runs everywhere. Node's own parts are in "aquatint/node", the browser's in "aquatint/web". */
export * from "./autodiff/checkpoint.ts";
export * from "./autodiff/grad.ts";
export * from "./checkpoints/index.ts";
export { type CompileOptions, compile, type ParameterBinding } from "./compiler/compile.ts";
export type { Executable, WeightMemory } from "./compiler/executable.ts";
export { type Binding, type Emitted, type ExternalData, emitOnnx, type StoredType } from "./compiler/onnx/emit.ts";
export type { Batch, DataStream, Dataset, StreamState } from "./data/dataset.ts";
export * from "./diffusion/index.ts";
export { AquatintError, type ErrorCode, type ErrorOptions, messageOf } from "./errors.ts";
export { imageTexts, withTexts } from "./formats/image/file-texts.ts";
export * from "./formats/image/image.ts";
export type { ImageFile } from "./formats/image/image-file.ts";
export type { ImageTexts } from "./formats/image/image-texts.ts";
export type { ImageInput } from "./formats/image/resize.ts";
export { type ImageValues, imageValues, maskValues } from "./formats/image/values.ts";
export { type ImageMetadata, imageMetadata, type MetadataSource, type NetworkCall } from "./formats/metadata/index.ts";
export { decodePng, encodePng, type PngImage } from "./formats/png/png.ts";
export {
  encodeSafetensors,
  parseSafetensors,
  type RawTensor,
  type Safetensors,
} from "./formats/safetensors/safetensors.ts";
export { type Emitter, float } from "./graph/emitter.ts";
export { float32, float32Data, int32 } from "./graph/host-tensor.ts";
export { defineOp, type OpFn, ShapeError, shapeError } from "./graph/op.ts";
export { printGraph } from "./graph/print.ts";
export { type OpSpec, Tensor } from "./graph/tensor.ts";
export type { DType, HostTensor, HostTensors, Shape, Type } from "./graph/types.ts";
export { type CudaPhiloxOptions, cudaPhilox } from "./math/cuda.ts";
export { type GeneratorName, generatorNamed, generators } from "./math/generators.ts";
export {
  type NormalStream,
  type RandomState,
  type RandomStream,
  restoreTorchCpu,
  type Seed,
  torchCpu,
} from "./math/random.ts";
export * from "./models/index.ts";
export * as nn from "./nn/index.ts";
export * as ops from "./ops/index.ts";
export * from "./pipelines/index.ts";
export {
  describeNonFinite,
  type FindNonFiniteOptions,
  findNonFinite,
  type NonFinite,
  type Statistics,
} from "./runtime/non-finite.ts";
export type { Device, Program, RunOptions, Runtime, RuntimeOptions, State } from "./runtime/types.ts";
export * from "./tokenizers/attention.ts";
export * from "./tokenizers/chunks.ts";
export { type ClipTokenizer, clipTokenizer } from "./tokenizers/clip.ts";
export * from "./tokenizers/editing.ts";
export * from "./tokenizers/emphasis.ts";
export { type TokenizerFiles, tokenizerFrom } from "./tokenizers/files.ts";
export * from "./tokenizers/prompt.ts";
export { trainBytePairs } from "./tokenizers/train.ts";
export * from "./train/index.ts";
