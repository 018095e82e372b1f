import { shapeError } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { sizeOf } from "../graph/types.ts";
import { conv2d, convTranspose2d } from "../ops/conv.ts";
import { add } from "../ops/elementwise.ts";
import { embedding } from "../ops/gather.ts";
import { type Init, param } from "../ops/leaves.ts";
import { matmul } from "../ops/matmul.ts";
import { groupNorm, layerNorm } from "../ops/norm.ts";
import { reshape } from "../ops/shape.ts";
import { sizeAt } from "../ops/shape-rules.ts";
import { dims } from "./einops.ts";
import { type Module, module } from "./module.ts";

/** A module from one tensor to one tensor. */
export type Layer = Module<(x: Tensor) => Tensor>;

/** y = x·Wᵀ + b over the last axis; W is [outFeatures, inFeatures]. Starts as PyTorch's does. */
export function Linear(inFeatures: number, outFeatures: number, { bias: hasBias = true } = {}) {
  const init = { uniform: 1 / Math.sqrt(inFeatures) };
  const weight = param({ shape: [outFeatures, inFeatures], init });
  const bias = hasBias ? param({ shape: [outFeatures], init }) : undefined;
  return module({ weight, bias }, (x: Tensor): Tensor => {
    const rows = reshape(x, { shape: [-1, sizeAt(x.shape, -1)] });
    const y = reshape(matmul(rows, weight, { transB: true }), { shape: x.shape.with(-1, outFeatures) });
    return bias ? add(y, bias) : y;
  });
}

/** Options of `Conv2d`. */
export interface Conv2dOptions {
  readonly stride?: number | undefined;
  /** Zeros on each side; as many as keep the size at stride 1 when absent. */
  readonly padding?: number | undefined;
  readonly dilation?: number | undefined;
  readonly groups?: number | undefined;
  readonly bias?: boolean | undefined;
  /** As PyTorch's starts when absent. */
  readonly init?: Init | undefined;
}

/** Square convolution of [n, inChannels, h, w]. */
export function Conv2d(inChannels: number, outChannels: number, kernel: number, options: Conv2dOptions = {}) {
  const { stride = 1, padding = (kernel - 1) >> 1, dilation = 1, groups = 1, bias: hasBias = true, init } = options;
  const shape = [outChannels, inChannels / groups, kernel, kernel];
  const { weight, bias } = kernelParams(shape, outChannels, hasBias, init);
  const strides = { stride, padding, dilation, groups };
  return module({ weight, bias }, (x: Tensor): Tensor => conv2d(x, weight, bias, strides));
}

/** Square transposed convolution of [n, inChannels, h, w]; starts as PyTorch's does. */
export function ConvTranspose2d(
  inChannels: number,
  outChannels: number,
  kernel: number,
  { stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups = 1, bias: hasBias = true } = {},
) {
  const shape = [inChannels, outChannels / groups, kernel, kernel];
  const { weight, bias } = kernelParams(shape, outChannels, hasBias);
  const options = { stride, padding, outputPadding, dilation, groups };
  return module({ weight, bias }, (x: Tensor): Tensor => convTranspose2d(x, weight, bias, options));
}

function kernelParams(
  shape: readonly number[],
  outChannels: number,
  hasBias: boolean,
  init: Init = { uniform: 1 / Math.sqrt(sizeOf(shape.slice(1))) },
) {
  return { weight: param({ shape, init }), bias: hasBias ? param({ shape: [outChannels], init }) : undefined };
}

/** Normalizes groups of channels of [n, c, ...] and scales and shifts each channel (Wu and He 2018). */
export function GroupNorm(groups: number, channels: number, { eps = 1e-5 } = {}) {
  const weight = param({ shape: [channels], init: "ones" });
  const bias = param({ shape: [channels], init: "zeros" });
  return module({ weight, bias }, (x: Tensor): Tensor => groupNorm(x, { groups, weight, bias, eps }));
}

/** Normalizes the last axis and scales and shifts it (Ba et al. 2016). */
export function LayerNorm(size: number, { eps = 1e-5 } = {}) {
  const weight = param({ shape: [size], init: "ones" });
  const bias = param({ shape: [size], init: "zeros" });
  return module({ weight, bias }, (x: Tensor): Tensor => layerNorm(x, { weight, bias, eps }));
}

/** A table of `count` vectors of `width`, looked up by int32 indices. */
export function Embedding(count: number, width: number, { std = 1 } = {}) {
  const weight = param({ shape: [count, width], init: { normal: std } });
  return module({ weight }, (indices: Tensor): Tensor => embedding(weight, indices));
}

/** Checks that an image batch is [n, channels, h, w]. */
export function expectChannels(x: Tensor, channels: number): void {
  const { c } = dims(x, "n c h w");
  if (c !== channels) shapeError(`expected ${channels} channels, got ${x}`);
}
