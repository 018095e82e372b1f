import type { Colour, Picture } from "../../formats/image.ts";

/** A picture with alpha. */
export interface RgbaPicture extends Picture {
  readonly channels: 4;
}

/** A square picture that is being painted: Float32 [3, side, side], RGB in -1 .. 1. */
export interface Canvas {
  readonly side: number;
  readonly pixels: Float32Array;
}

/** Where a picture goes, in fractions of the canvas side from its top left corner. */
export interface Place {
  /** The centre. */
  readonly x: number;
  readonly y: number;
  /** The longer side. */
  readonly size: number;
  /** Whether left and right are swapped. */
  readonly mirrored: boolean;
}

/** Covers the canvas with one colour. */
export function fill({ side, pixels }: Canvas, rgb: Colour): void {
  rgb.forEach((value, channel) => {
    pixels.fill(value / 127.5 - 1, channel * side * side, (channel + 1) * side * side);
  });
}

/** Covers the canvas with two colours; `share` is the second one's coverage of pixel (x, y), 0 .. 1. */
export function mixColours(
  { side, pixels }: Canvas,
  [under, over]: readonly [Colour, Colour],
  share: (x: number, y: number) => number,
): void {
  fill({ side, pixels }, under);
  cover({ side, pixels }, over, share);
}

/** Lays a colour over the canvas where `share`, its coverage of pixel (x, y), 0 .. 1, says so. */
export function cover({ side, pixels }: Canvas, rgb: Colour, share: (x: number, y: number) => number): void {
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

/** Lays `picture` over the canvas: area resampling when it shrinks, bilinear when it grows, alpha as coverage. */
export function blend({ side, pixels }: Canvas, picture: RgbaPicture, { x, y, size, mirrored }: Place): void {
  const scale = Math.max(picture.width, picture.height) / (size * side);
  const columns = taps({ length: picture.width, scale, centre: x * side, side, reversed: mirrored });
  const rows = taps({ length: picture.height, scale, centre: y * side, side, reversed: false });
  const narrow = resampleColumns(picture, columns);
  const plane = side * side;
  const width = columns.starts.length;
  rows.starts.forEach((start, row) => {
    const weights = rows.weights[row]!;
    for (let column = 0; column < width; column++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      let alpha = 0;
      for (let k = 0; k < weights.length; k++) {
        const weight = weights[k]!;
        const at = 4 * ((start + k) * width + column);
        red += weight * narrow[at]!;
        green += weight * narrow[at + 1]!;
        blue += weight * narrow[at + 2]!;
        alpha += weight * narrow[at + 3]!;
      }
      const under = 1 - alpha;
      const to = (rows.first + row) * side + columns.first + column;
      pixels[to] = pixels[to]! * under + red;
      pixels[to + plane] = pixels[to + plane]! * under + green;
      pixels[to + 2 * plane] = pixels[to + 2 * plane]! * under + blue;
    }
  });
}

/** For each canvas pixel along one axis, from `first` on, the source pixels that it averages and their weights. */
interface Taps {
  readonly first: number;
  readonly starts: readonly number[];
  readonly weights: readonly Float64Array[];
}

interface Axis {
  /** Source pixels. */
  readonly length: number;
  /** Source pixels a canvas pixel. */
  readonly scale: number;
  /** Canvas pixels. */
  readonly centre: number;
  readonly side: number;
  readonly reversed: boolean;
}

/** A box as wide as a canvas pixel, at least one source pixel: the latter makes it linear interpolation. */
function taps({ length, scale, centre, side, reversed }: Axis): Taps {
  const box = Math.max(scale, 1);
  const reach = (length + box) / (2 * scale);
  const first = Math.max(0, Math.floor(centre - reach));
  const end = Math.min(side, Math.ceil(centre + reach));
  const starts: number[] = [];
  const weights: Float64Array[] = [];
  for (let pixel = first; pixel < end; pixel++) {
    const offset = (pixel + 0.5 - centre) * scale;
    const low = length / 2 + (reversed ? -offset : offset) - box / 2;
    const start = Math.min(length, Math.max(0, Math.floor(low)));
    const stop = Math.max(start, Math.min(length, Math.ceil(low + box)));
    starts.push(start);
    weights.push(
      Float64Array.from({ length: stop - start }, (_, k) => {
        const overlap = Math.min(start + k + 1, low + box) - Math.max(start + k, low);
        return Math.max(0, overlap) / box;
      }),
    );
  }
  return { first, starts, weights };
}

/** Float32 [picture.height, columns, 4]: RGB in -1 .. 1 times alpha, and alpha in 0 .. 1. */
function resampleColumns({ width, height, data }: RgbaPicture, { starts, weights }: Taps): Float32Array {
  const out = new Float32Array(height * starts.length * 4);
  let to = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < starts.length; column++) {
      const taken = weights[column]!;
      let from = 4 * (row * width + starts[column]!);
      for (let k = 0; k < taken.length; k++, from += 4) {
        const alpha = (taken[k]! * data[from + 3]!) / 255;
        out[to] = out[to]! + alpha * (data[from]! / 127.5 - 1);
        out[to + 1] = out[to + 1]! + alpha * (data[from + 1]! / 127.5 - 1);
        out[to + 2] = out[to + 2]! + alpha * (data[from + 2]! / 127.5 - 1);
        out[to + 3] = out[to + 3]! + alpha;
      }
      to += 4;
    }
  }
  return out;
}
