export * from "./activation.ts";
export * from "./attention.ts";
export * from "./comparison.ts";
export { type ConvOptions, type ConvTransposeOptions, conv2d, convTranspose2d } from "./conv.ts";
export * from "./elementwise.ts";
export * from "./gather.ts";
export * from "./leaves.ts";
export { type MatmulOptions, matmul } from "./matmul.ts";
export {
  type AxisOptions,
  groupNorm,
  instanceNorm,
  layerNorm,
  logSoftmax,
  type NormOptions,
  normalise,
  softmax,
} from "./norm.ts";
export * from "./pool.ts";
export * from "./reduce.ts";
export * from "./resize.ts";
export { chunk, concat, expand, pad, reshape, slice, split, stack, transpose } from "./shape.ts";
