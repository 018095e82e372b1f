import { fromFloat32, toFloat32 } from "../packages/aquatint/src/formats/safetensors/half.ts";
import type { RawTensor, RawTensors } from "../packages/aquatint/src/formats/safetensors/safetensors.ts";
import { solve } from "../packages/aquatint/src/math/solve.ts";
import { dot } from "../packages/aquatint/src/math/vector.ts";
import { itemAt } from "../packages/aquatint/src/util/items.ts";

/** Latents of some images in a U-Net's scale, [n, channels, plane] in one array. */
export interface Latents {
  readonly values: Float32Array;
  readonly channels: number;
  /** h w */
  readonly plane: number;
}

/** y = factors x plus a bias that is not kept, one row of factors for each channel of y. */
export interface LatentMap {
  readonly factors: readonly (readonly number[])[];
  /** Share of each channel's variance that the map explains, 0 .. 1. */
  readonly explained: readonly number[];
}

/**
 * The linear map from the channels of `from` to those of `to`, position by position, with the least squared error and `ridge`
 * times the squared factors. Both hold the same images at the same positions.
 */
export function fitLatentMap(from: Latents, to: Latents, ridge: number): LatentMap {
  const rows = from.channels + 1; // the last unknown is the bias
  const positions = from.values.length / from.channels;
  const [gram, right, square] = moments(from, to);
  for (let a = 0; a < from.channels; a++) itemAt(gram, a)[a]! += ridge * positions;
  const fits = right.map((side, c) => {
    const x = solve(gram, side);
    const factors = x.slice(0, -1);
    const penalty = ridge * positions * dot(factors, factors);
    const error = itemAt(square, c) - dot(x, side) - penalty; // since (gram + ridge) x = side
    const variance = itemAt(square, c) - itemAt(side, rows - 1) ** 2 / positions;
    return { factors, explained: 1 - error / variance };
  });
  return { factors: fits.map((fit) => fit.factors), explained: fits.map((fit) => fit.explained) };
}

/** Sums over all positions of x x' (with a one as the last x), of x y for each channel of y, and of y². */
function moments(from: Latents, to: Latents): [gram: Float64Array[], right: Float64Array[], square: number[]] {
  const rows = from.channels + 1;
  const gram = Array.from({ length: rows }, () => new Float64Array(rows));
  const right = Array.from({ length: to.channels }, () => new Float64Array(rows));
  const square = new Array<number>(to.channels).fill(0);
  const x = new Float64Array(rows).fill(1);
  const n = from.values.length / (from.channels * from.plane);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < from.plane; i++) {
      for (let a = 0; a < from.channels; a++) x[a] = from.values[(k * from.channels + a) * from.plane + i]!;
      for (let a = 0; a < rows; a++) for (let b = 0; b < rows; b++) gram[a]![b]! += x[a]! * x[b]!;
      for (let c = 0; c < to.channels; c++) {
        const y = to.values[(k * to.channels + c) * to.plane + i]!;
        for (let a = 0; a < rows; a++) right[c]![a]! += x[a]! * y;
        square[c]! += y * y;
      }
    }
  }
  return [gram, right, square];
}

/** Maps between the latents that a U-Net knows and those that it is to learn. */
export interface LatentMaps {
  /** From the new latents to the old ones. */
  readonly toOld: LatentMap;
  /** From the old latents to the new ones. */
  readonly toNew: LatentMap;
}

/** A U-Net's weights, whose first convolution reads new latents through `toOld` and whose last writes them through `toNew`. */
export function adaptedUnet(weights: RawTensors, { toOld, toNew }: LatentMaps): Map<string, RawTensor> {
  const tensors = new Map(weights);
  const adapt = (name: string, change: (tensor: RawTensor) => RawTensor) =>
    tensors.set(name, change(tensors.get(name)!));
  adapt("conv_in.weight", (tensor) => throughInputs(tensor, toOld.factors));
  adapt("conv_out.weight", (tensor) => throughOutputs(tensor, toNew.factors));
  adapt("conv_out.bias", (tensor) => throughOutputs(tensor, toNew.factors));
  return tensors;
}

/** w[o, i, ...] to sum over i of w[o, i, ...] factors[i, c]. */
function throughInputs(tensor: RawTensor, factors: LatentMap["factors"]): RawTensor {
  const [outputs = 0, inputs = 0, ...kernel] = tensor.shape;
  const [w, area, channels] = [toFloat32(tensor), kernel.reduce((a, b) => a * b, 1), itemAt(factors, 0).length];
  const result = new Float32Array(outputs * channels * area);
  for (let o = 0; o < outputs; o++)
    for (let c = 0; c < channels; c++)
      for (let i = 0; i < inputs; i++)
        for (let k = 0; k < area; k++)
          result[(o * channels + c) * area + k]! += w[(o * inputs + i) * area + k]! * factors[i]![c]!;
  return fromFloat32(result, [outputs, channels, ...kernel], "F16");
}

/** w[o, ...] to sum over o of factors[c, o] w[o, ...]. */
function throughOutputs(tensor: RawTensor, factors: LatentMap["factors"]): RawTensor {
  const [outputs = 0, ...rest] = tensor.shape;
  const [w, area] = [toFloat32(tensor), rest.reduce((a, b) => a * b, 1)];
  const result = new Float32Array(factors.length * area);
  for (const [c, row] of factors.entries())
    for (let o = 0; o < outputs; o++)
      for (let k = 0; k < area; k++) result[c * area + k]! += row[o]! * w[o * area + k]!;
  return fromFloat32(result, [factors.length, ...rest], "F16");
}
