/** The ops: each with its shape rule, its ONNX form and its gradient. */

export * from "./activation.ts";
export * from "./attention.ts";
export * from "./comparison.ts";
export * from "./conv.ts";
export * from "./elementwise.ts";
export * from "./gather.ts";
export * from "./leaves.ts";
export * from "./matmul.ts";
export * from "./norm.ts";
export * from "./pixel-shuffle.ts";
export * from "./pool.ts";
export * from "./reduce.ts";
export * from "./resize.ts";
export * from "./shape.ts";
export type { Pair, Two } from "./window.ts";
