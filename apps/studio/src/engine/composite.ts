import type { Image } from "aquatint";
import { fitted, maskValues } from "aquatint/formats";

/** An image that was painted into, with what it was painted into and where. */
export interface InpaintedImage {
  readonly result: Image;
  readonly init: Image;
  readonly mask: Image;
  /** Pixels of the result over which the new part fades into the old; 0 for a hard edge. */
  readonly feather: number;
}

/**
 * The painted part of the result over the image that it was painted into, which is kept exactly elsewhere. The edge fades
 * outwards into nothing: kept pixels are kept, and the new part fades inside the mask.
 */
export function composite({ result, init, mask, feather }: InpaintedImage): Image {
  const { width, height } = result;
  const base = fitted(init, result);
  const hard = maskValues(fitted(mask, result)).data.map((value) => (value >= 0.5 ? 1 : 0));
  const weights = hard.map((value, i) => value * fade(hard, { at: i, width, height, feather }));
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    const weight = weights[i] ?? 0;
    for (let c = 0; c < 3; c++) {
      const [before, after] = [base.data[3 * i + c] ?? 0, result.data[result.channels * i + c] ?? 0];
      data[3 * i + c] = Math.round(before + weight * (after - before));
    }
  }
  return { width, height, channels: 3, data };
}

interface FadeContext {
  readonly at: number;
  readonly width: number;
  readonly height: number;
  readonly feather: number;
}

/** 1 deep inside the mask, falling to 1 / (feather + 1) beside its edge. */
function fade(mask: Float32Array, { at, width, height, feather }: FadeContext): number {
  if (feather <= 0 || mask[at] !== 1) return 1;
  const reach = Math.ceil(feather);
  const [x, y] = [at % width, Math.floor(at / width)];
  let nearest = feather + 1;
  for (let row = Math.max(0, y - reach); row <= Math.min(height - 1, y + reach); row++) {
    for (let column = Math.max(0, x - reach); column <= Math.min(width - 1, x + reach); column++) {
      if (mask[row * width + column] === 0) nearest = Math.min(nearest, Math.hypot(row - y, column - x));
    }
  }
  return Math.min(1, nearest / (feather + 1));
}
