import { AquatintError } from "../packages/aquatint/src/errors.ts";
import { fromFloat32, toFloat32 } from "../packages/aquatint/src/formats/safetensors/half.ts";
import type { RawTensor, RawTensors } from "../packages/aquatint/src/formats/safetensors/safetensors.ts";
import { solve } from "../packages/aquatint/src/math/solve.ts";
import { dot } from "../packages/aquatint/src/math/vector.ts";
import { itemAt } from "../packages/aquatint/src/util/items.ts";

/** Latents of n images, scaled as a U-Net reads them. */
export interface Latents {
  /** [n, channels, plane] */
  readonly values: Float32Array;
  readonly channels: number;
  /** Positions in a channel: height times width. */
  readonly plane: number;
}

/** A linear map y = factors x of channels: one row of factors for each channel of y. Its bias is fitted and left out. */
export interface LatentMap {
  readonly factors: readonly (readonly number[])[];
  /** Share of each channel's variance that the map explains, 0 .. 1. */
  readonly explained: readonly number[];
}

/**
 * The linear map from the channels of `from` to those of `to` at each position, with the least sum of the mean squared error and
 * `ridge` times the squared factors. Both hold the same images, in the same order, with as many positions.
 */
export function fitLatentMap(from: Latents, to: Latents, ridge: number): LatentMap {
  const bias = from.channels; // index of the last unknown
  const positions = from.values.length / from.channels;
  const [gram, right, square] = moments(from, to);
  for (let a = 0; a < from.channels; a++) itemAt(gram, a)[a]! += ridge * positions;
  const fits = right.map((side, c) => {
    const x = solve(gram, side);
    const factors = x.slice(0, -1);
    const penalty = ridge * positions * dot(factors, factors);
    const error = itemAt(square, c) - dot(x, side) - penalty; // since (gram + ridge) x = side
    const variance = itemAt(square, c) - itemAt(side, bias) ** 2 / positions;
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

/**
 * A U-Net's weights, whose first convolution reads new latents through `toOld` and whose last writes them through `toNew`, both
 * in float16. @throws AquatintError "adapt/weights" where one of the convolutions is missing.
 */
export function adaptedUnet(weights: RawTensors, { toOld, toNew }: LatentMaps): Map<string, RawTensor> {
  const tensors = new Map(weights);
  const adapt = (name: string, change: (tensor: RawTensor) => RawTensor) => {
    const tensor = tensors.get(name);
    if (!tensor) {
      throw new AquatintError("adapt/weights", `the U-Net has no "${name}" among its ${tensors.size} weights`, {
        hint: "choose the folder of a model that aquatint trained or diffusers wrote",
      });
    }
    tensors.set(name, change(tensor));
  };
  adapt("conv_in.weight", (tensor) => throughInputs(tensor, toOld.factors));
  adapt("conv_out.weight", (tensor) => throughOutputs(tensor, toNew.factors));
  adapt("conv_out.bias", (tensor) => throughOutputs(tensor, toNew.factors));
  return tensors;
}

/** Weights w[o, i, ...] that read c channels through a map: the sum over i of w[o, i, ...] factors[i, c]. */
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

/** Weights w[o, ...] that write c channels through a map: the sum over o of factors[c, o] w[o, ...]. */
function throughOutputs(tensor: RawTensor, factors: LatentMap["factors"]): RawTensor {
  const [outputs = 0, ...rest] = tensor.shape;
  const [w, area] = [toFloat32(tensor), rest.reduce((a, b) => a * b, 1)];
  const result = new Float32Array(factors.length * area);
  for (const [c, row] of factors.entries())
    for (let o = 0; o < outputs; o++)
      for (let k = 0; k < area; k++) result[c * area + k]! += row[o]! * w[o * area + k]!;
  return fromFloat32(result, [factors.length, ...rest], "F16");
}
