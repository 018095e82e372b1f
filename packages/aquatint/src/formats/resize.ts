import { flatten, type Picture } from "./image.ts";
import type { PictureValues } from "./values.ts";

/** Width and height in pixels. */
export type Size = Pick<Picture, "width" | "height">;

/** For each pixel of a line that is made, the pixels of the old one from `start` on, and their weights. */
interface Tap {
  readonly start: number;
  readonly weights: Float64Array;
}

/** A box as wide as a new pixel, at least one old pixel: area means where it shrinks, linear where it grows. */
function tapsOf({ from, length }: { readonly from: number; readonly length: number }, to: number): readonly Tap[] {
  const scale = length / to;
  const box = Math.max(scale, 1);
  return Array.from({ length: to }, (_, i) => {
    const low = from + (i + 0.5) * scale - box / 2;
    const start = Math.max(from, Math.floor(low));
    const end = Math.min(from + length, Math.ceil(low + box));
    const overlap = (k: number) => Math.min(start + k + 1, low + box) - Math.max(start + k, low);
    const weights = Float64Array.from({ length: end - start }, (_, k) => Math.max(overlap(k), 0));
    const sum = weights.reduce((a, b) => a + b, 0);
    return { start, weights: weights.map((w) => w / sum) };
  });
}

/** Samples of one channel, `stride` apart, the first of them at `offset`. */
interface Channel extends Size {
  readonly data: ArrayLike<number>;
  readonly offset: number;
  readonly stride: number;
}

/** One channel in another size: what does not fit its proportions is cut off on both sides alike. */
function resampled({ data, offset, stride, ...source }: Channel, { width, height }: Size): Float64Array {
  const part = Math.min(source.width / width, source.height / height);
  const middle = (length: number, wanted: number) => ({ from: (length - wanted) / 2, length: wanted });
  const columns = tapsOf(middle(source.width, width * part), width);
  const rows = tapsOf(middle(source.height, height * part), height);
  const values = new Float64Array(width * height);
  rows.forEach(({ start, weights }, y) => {
    columns.forEach((column, x) => {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) {
        for (let l = 0; l < column.weights.length; l++) {
          const at = (start + k) * source.width + column.start + l;
          sum += weights[k]! * column.weights[l]! * data[offset + stride * at]!;
        }
      }
      values[y * width + x] = sum;
    });
  });
  return values;
}

/** The middle of a picture in another size, as RGB: what does not fit its proportions is cut off on both sides alike. */
export function fitted(picture: Picture, { width, height }: Size): Picture {
  const source = flatten(picture);
  const data = new Uint8Array(width * height * 3);
  for (let c = 0; c < 3; c++) {
    const values = resampled({ ...source, offset: c, stride: 3 }, { width, height });
    for (let i = 0; i < values.length; i++) data[3 * i + c] = Math.round(values[i]!);
  }
  return { width, height, channels: 3, data };
}

/** The same of values in planes; in its own size it is as it was. */
export function fittedValues(values: PictureValues, { width, height }: Size): PictureValues {
  if (values.width === width && values.height === height) return values;
  const plane = values.width * values.height;
  const data = new Float32Array((values.data.length / plane) * width * height);
  for (let c = 0; c * plane < values.data.length; c++) {
    const channel = resampled({ ...values, offset: c * plane, stride: 1 }, { width, height });
    data.set(channel, c * width * height);
  }
  return { width, height, data };
}

/** The largest size of a picture's proportions whose sides are at most `side`; its own where that is smaller. */
export function within({ width, height }: Size, side: number): Size {
  const scale = Math.min(1, side / Math.max(width, height));
  const scaled = (length: number) => Math.max(1, Math.round(length * scale));
  return { width: scaled(width), height: scaled(height) };
}
