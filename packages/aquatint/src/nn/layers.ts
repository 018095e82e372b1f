import { refuse } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { conv2d } from "../ops/conv.ts";
import { add, mul } from "../ops/elementwise.ts";
import { embedding } from "../ops/gather.ts";
import { param } from "../ops/leaves.ts";
import { matmul } from "../ops/matmul.ts";
import { normalise } from "../ops/norm.ts";
import { reshape } from "../ops/shape.ts";
import { dims } from "./dims.ts";
import { type Module, module } from "./module.ts";

/** A module from one tensor to one tensor. */
export type Layer = Module<(x: Tensor) => Tensor>;

/** y = x·Wᵀ + b over the last axis; W is [outFeatures, inFeatures]. Starts as PyTorch's does. */
export function Linear(inFeatures: number, outFeatures: number, { bias: hasBias = true } = {}) {
  const init = { uniform: 1 / Math.sqrt(inFeatures) };
  const weight = param({ shape: [outFeatures, inFeatures], init });
  const bias = hasBias ? param({ shape: [outFeatures], init }) : undefined;
  return module({ weight, bias }, (x: Tensor): Tensor => {
    const rows = reshape(x, { shape: [-1, x.shape.at(-1)!] });
    const y = reshape(matmul(rows, weight, { transB: true }), { shape: x.shape.with(-1, outFeatures) });
    return bias ? add(y, bias) : y;
  });
}

/** Square convolution of [n, inChannels, h, w]; starts as PyTorch's does. */
export function Conv2d(
  inChannels: number,
  outChannels: number,
  kernel: number,
  { stride = 1, padding = (kernel - 1) >> 1, bias: hasBias = true } = {},
) {
  const init = { uniform: 1 / Math.sqrt(inChannels * kernel * kernel) };
  const weight = param({ shape: [outChannels, inChannels, kernel, kernel], init });
  const bias = hasBias ? param({ shape: [outChannels], init }) : undefined;
  return module({ weight, bias }, (x: Tensor): Tensor => conv2d(x, weight, bias, { stride, padding }));
}

/** Normalises groups of channels of [n, c, ...] and scales and shifts each channel (Wu and He 2018). */
export function GroupNorm(groups: number, channels: number, { eps = 1e-5 } = {}) {
  const weight = param({ shape: [channels], init: "ones" });
  const bias = param({ shape: [channels], init: "zeros" });
  return module({ weight, bias }, (x: Tensor): Tensor => {
    if (channels % groups) refuse(`${channels} channels do not make ${groups} groups`);
    if (x.shape[1] !== channels) refuse(`GroupNorm of ${channels} channels got ${x}`);
    const flat = normalise(reshape(x, { shape: [x.shape[0]!, groups, -1] }), { eps });
    const perChannel = [channels, ...x.shape.slice(2).map(() => 1)];
    const scaled = mul(reshape(flat, { shape: x.shape }), reshape(weight, { shape: perChannel }));
    return add(scaled, reshape(bias, { shape: perChannel }));
  });
}

/** Normalises the last axis and scales and shifts it (Ba et al. 2016). */
export function LayerNorm(size: number, { eps = 1e-5 } = {}) {
  const weight = param({ shape: [size], init: "ones" });
  const bias = param({ shape: [size], init: "zeros" });
  return module({ weight, bias }, (x: Tensor): Tensor => add(mul(normalise(x, { eps }), weight), bias));
}

/** A table of `count` vectors of `width`, looked up by int32 indices. */
export function Embedding(count: number, width: number, { std = 1 } = {}) {
  const weight = param({ shape: [count, width], init: { normal: std } });
  return module({ weight }, (indices: Tensor): Tensor => embedding(weight, indices));
}

/** Checks that a picture batch is [n, channels, h, w]. */
export function expectChannels(x: Tensor, channels: number): void {
  const { c } = dims(x, "n c h w");
  if (c !== channels) refuse(`expected ${channels} channels, got ${x}`);
}
