import type { Tensor } from "../../graph/tensor.ts";
import { Linear } from "../../nn/layers.ts";
import { module } from "../../nn/module.ts";
import { silu } from "../../ops/activation.ts";
import { add, cos, mul, scale, sin, sub } from "../../ops/elementwise.ts";
import { constant, scalar } from "../../ops/leaves.ts";
import { concat, pad, reshape } from "../../ops/shape.ts";
import { itemAt } from "../../util/items.ts";

/** Options of the sines and cosines of a timestep. */
export interface TimestepOptions {
  /** Cosines before sines. */
  readonly flipSinToCos?: boolean;
  /** Taken off the number of frequencies before the exponent is divided by it: 1 reaches the longest period, 0 stops short of it. */
  readonly freqShift?: number;
}

/** Sines and cosines of t [b] at `width / 2` frequencies from 1 down to 1 / 10000: [b, width] (Vaswani et al. 2017; diffusers' rounding). */
export function timesteps(
  t: Tensor,
  width: number,
  { flipSinToCos = false, freqShift = 1 }: TimestepOptions = {},
): Tensor {
  const half = Math.floor(width / 2);
  const fastest = Math.fround(-Math.log(10000));
  const frequencies = Float32Array.from({ length: half }, (_, i) =>
    Math.exp(Math.fround(Math.fround(fastest * i) / (half - freqShift))),
  );
  const { sines, cosines } = wavesOf(t, frequencies);
  return concatWaves(flipSinToCos ? [cosines, sines] : [sines, cosines], width);
}

/** Sines and cosines of x [b] at each frequency: [b, n] both. */
function wavesOf(x: Tensor, frequencies: Float32Array<ArrayBuffer>) {
  const n = frequencies.length;
  const table = constant({ value: { dtype: "float32", shape: [1, n], data: frequencies } });
  const angle = mul(reshape(x, { shape: [itemAt(x.shape, 0), 1] }), table);
  return { sines: sin(angle), cosines: cos(angle) };
}

function concatWaves(halves: readonly [Tensor, Tensor], width: number): Tensor {
  const waves = concat(halves, { axis: 1 });
  return width % 2 ? pad(waves, { before: [0, 0], after: [0, 1] }) : waves;
}

/** Sines and cosines of a guidance scale [b]: [b, width], as latent consistency models are told it (Luo et al. 2023). */
export function guidanceEmbedding(guidanceScale: Tensor, width: number): Tensor {
  const half = Math.floor(width / 2);
  // diffusers rounds otherwise than for times, which angles of thousands show
  const exponent = Math.fround(Math.fround(Math.log(10000)) / (half - 1));
  const frequencies = Float32Array.from({ length: half }, (_, i) => Math.exp(Math.fround(-i * exponent)));
  const { sines, cosines } = wavesOf(scale(sub(guidanceScale, scalar(1)), 1000), frequencies);
  return concatWaves([sines, cosines], width);
}

/**
 * Two linear layers that make a time's waves [b, inFeatures] a vector [b, outFeatures] for every block. With
 * `conditionWidth` it is told a further condition [b, conditionWidth].
 */
export function TimestepEmbedding(
  inFeatures: number,
  outFeatures: number,
  { conditionWidth }: { readonly conditionWidth?: number | null } = {},
) {
  const linear_1 = Linear(inFeatures, outFeatures);
  const cond_proj = conditionWidth ? Linear(conditionWidth, inFeatures, { bias: false }) : undefined;
  const linear_2 = Linear(outFeatures, outFeatures);
  return module({ linear_1, cond_proj, linear_2 }, (waves: Tensor, condition?: Tensor): Tensor => {
    const conditioned = cond_proj && condition ? add(waves, cond_proj(condition)) : waves;
    return linear_2(silu(linear_1(conditioned)));
  });
}
