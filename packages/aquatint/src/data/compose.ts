import type { Color, RgbaImage } from "../formats/image/image.ts";
import { levelFor } from "./pyramid.ts";

/** A square image that is being painted: Float32 [3, side, side], RGB in -1 .. 1. */
export interface Canvas {
  readonly side: number;
  readonly pixels: Float32Array;
}

/** Placement of an image, in fractions of the canvas side from its top left corner. */
export interface Placement {
  /** The center. */
  readonly x: number;
  readonly y: number;
  /** The longer side. */
  readonly size: number;
  /** True if left and right are swapped. */
  readonly mirrored: boolean;
}

/** Covers the canvas with one color. */
export function fill({ side, pixels }: Canvas, rgb: Color): void {
  rgb.forEach((value, channel) => {
    pixels.fill(value / 127.5 - 1, channel * side * side, (channel + 1) * side * side);
  });
}

/** Covers the canvas with two colors; `share` is the second one's coverage of pixel (x, y), 0 .. 1. */
export function mixColors(
  { side, pixels }: Canvas,
  [under, over]: readonly [Color, Color],
  share: (x: number, y: number) => number,
): void {
  fill({ side, pixels }, under);
  cover({ side, pixels }, over, share);
}

/** Lays a color over the canvas where `share`, its coverage of pixel (x, y), 0 .. 1, says so. */
export function cover({ side, pixels }: Canvas, rgb: Color, share: (x: number, y: number) => number): void {
  const plane = side * side;
  const [red, green, blue] = rgb.map((value) => value / 127.5 - 1) as [number, number, number];
  for (let y = 0, at = 0; y < side; y++) {
    for (let x = 0; x < side; x++, at++) {
      const covered = share(x, y);
      if (covered === 0) continue;
      const rest = 1 - covered;
      pixels[at] = pixels[at]! * rest + covered * red;
      pixels[at + plane] = pixels[at + plane]! * rest + covered * green;
      pixels[at + 2 * plane] = pixels[at + 2 * plane]! * rest + covered * blue;
    }
  }
}

/** Lays `image` over the canvas: area resampling when it shrinks, bilinear when it grows, alpha as coverage. */
export function blend({ side, pixels }: Canvas, image: RgbaImage, { x, y, size, mirrored }: Placement): void {
  const wholeScale = Math.max(image.width, image.height) / (size * side);
  const level = levelFor(image, wholeScale);
  const scale = wholeScale / level.factor;
  const [width, height] = [image.width / level.factor, image.height / level.factor];
  const columns = taps({ length: width, scale, center: x * side, side, reversed: mirrored });
  const rows = taps({ length: height, scale, center: y * side, side, reversed: false });
  const narrow = resampleColumns(level.image, columns);
  const plane = side * side;
  for (let row = 0; row < rows.count; row++) {
    const from = row * rows.reach;
    for (let column = 0; column < columns.count; column++) {
      let [red, green, blue, alpha] = [0, 0, 0, 0];
      for (let k = 0, at = 4 * (rows.starts[row]! * columns.count + column); k < rows.lengths[row]!; k++) {
        const weight = rows.weights[from + k]!;
        red += weight * narrow[at]!;
        green += weight * narrow[at + 1]!;
        blue += weight * narrow[at + 2]!;
        alpha += weight * narrow[at + 3]!;
        at += 4 * columns.count;
      }
      if (alpha === 0) continue;
      const under = 1 - alpha;
      const to = (rows.first + row) * side + columns.first + column;
      pixels[to] = pixels[to]! * under + red;
      pixels[to + plane] = pixels[to + plane]! * under + green;
      pixels[to + 2 * plane] = pixels[to + 2 * plane]! * under + blue;
    }
  }
}

/** For each canvas pixel along one axis, from `first` on, the source pixels that it averages and their weights. */
interface Taps {
  readonly first: number;
  /** Canvas pixels. */
  readonly count: number;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  /** `reach` weights a canvas pixel, of which `lengths` count. */
  readonly weights: Float64Array;
  readonly reach: number;
}

interface Axis {
  /** Source pixels; the last one may lie inside in part. */
  readonly length: number;
  /** Source pixels a canvas pixel. */
  readonly scale: number;
  /** Canvas pixels. */
  readonly center: number;
  readonly side: number;
  readonly reversed: boolean;
}

/** A box as wide as a canvas pixel, at least one source pixel: the latter makes it linear interpolation. */
function taps({ length, scale, center, side, reversed }: Axis): Taps {
  const box = Math.max(scale, 1);
  const end = Math.ceil(length);
  const half = (length + box) / (2 * scale);
  const first = Math.max(0, Math.floor(center - half));
  const count = Math.max(0, Math.min(side, Math.ceil(center + half)) - first);
  const reach = Math.ceil(box) + 1;
  const [starts, lengths] = [new Int32Array(count), new Int32Array(count)];
  const weights = new Float64Array(count * reach);
  for (let i = 0; i < count; i++) {
    const offset = (first + i + 0.5 - center) * scale;
    const low = length / 2 + (reversed ? -offset : offset) - box / 2;
    const start = Math.min(end, Math.max(0, Math.floor(low)));
    const stop = Math.max(start, Math.min(end, Math.ceil(low + box)));
    starts[i] = start;
    lengths[i] = stop - start;
    for (let pixel = start; pixel < stop; pixel++) {
      const overlap = Math.min(pixel + 1, low + box) - Math.max(pixel, low);
      weights[i * reach + pixel - start] = Math.max(0, overlap) / box;
    }
  }
  return { first, count, starts, lengths, weights, reach };
}

/** Float32 [image.height, columns, 4]: RGB in -1 .. 1 times alpha, and alpha in 0 .. 1. */
function resampleColumns({ width, height, data }: RgbaImage, columns: Taps): Float32Array {
  const { count, starts, lengths, weights, reach } = columns;
  const out = new Float32Array(height * count * 4);
  let to = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < count; column++, to += 4) {
      let [red, green, blue, alpha] = [0, 0, 0, 0];
      for (let k = 0, at = 4 * (row * width + starts[column]!); k < lengths[column]!; k++, at += 4) {
        const share = weights[column * reach + k]! * data[at + 3]!;
        red += share * data[at]!;
        green += share * data[at + 1]!;
        blue += share * data[at + 2]!;
        alpha += share;
      }
      if (alpha === 0) continue;
      out[to] = (red / 127.5 - alpha) / 255;
      out[to + 1] = (green / 127.5 - alpha) / 255;
      out[to + 2] = (blue / 127.5 - alpha) / 255;
      out[to + 3] = alpha / 255;
    }
  }
  return out;
}
