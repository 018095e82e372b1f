/** A part of a line: where it begins and how long it is, in pixels, both fractional. */
export interface Span {
  readonly from: number;
  readonly length: number;
}

/** Pixels of one width, height and number of interleaved channels. */
export interface Raster<T extends Uint8Array | Float32Array> {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: T;
}

/** Conversion of sums of weighted samples to samples. */
export interface SampleKind<T extends Uint8Array | Float32Array> {
  create(length: number): T;
  /** Steps of 1 that weights are rounded to; kept as they are where absent. */
  readonly weightSteps?: number;
  stored(sum: number): number;
}

/** 8-bit samples, rounded after each of the two passes; weights have 22 bits, as Pillow's, so that sums and halves are exact. */
export const eightBit: SampleKind<Uint8Array> = {
  create: (length) => new Uint8Array(length),
  weightSteps: 2 ** 22,
  stored: (sum) => (sum <= 0 ? 0 : sum >= 255 ? 255 : Math.floor(sum + 0.5)),
};

/** Float samples, kept within a range: Lanczos overshoots at edges. */
export const floatsWithin = (low: number, high: number): SampleKind<Float32Array> => ({
  create: (length) => new Float32Array(length),
  stored: (sum) => (sum < low ? low : sum > high ? high : sum),
});

/** Lobes of the Lanczos window, in pixels of the smaller of the two images. */
const LOBES = 3;

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= LOBES) return 0;
  const phase = Math.PI * x;
  return (LOBES * Math.sin(phase) * Math.sin(phase / LOBES)) / (phase * phase);
}

/** For pixel i of a new line, `counts[i]` pixels of the old one from `starts[i]` on; their weights, with a sum of 1, from `offsets[i]` on. */
interface Taps {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  readonly offsets: Int32Array;
  readonly weights: Float64Array;
}

/** Taps clipped to the line, not to the span: what is cut off still counts near the cut, as with the `box` of Pillow's `resize`. */
function tapsOf(length: number, span: Span, to: number, steps?: number): Taps {
  const scale = span.length / to;
  const stretch = Math.max(scale, 1);
  const radius = LOBES * stretch;
  const taps = { starts: new Int32Array(to), counts: new Int32Array(to), offsets: new Int32Array(to) };
  const weights: number[] = [];
  for (let i = 0; i < to; i++) {
    const center = span.from + (i + 0.5) * scale;
    const start = Math.max(0, Math.floor(center - radius + 0.5));
    const end = Math.min(length, Math.floor(center + radius + 0.5));
    taps.starts[i] = start;
    taps.counts[i] = end - start;
    taps.offsets[i] = weights.length;
    let sum = 0;
    for (let k = start; k < end; k++) sum += lanczos((k - center + 0.5) / stretch);
    const rounding = end - start > MOST_ROUNDED ? undefined : steps;
    for (let k = start; k < end; k++) weights.push(rounded(lanczos((k - center + 0.5) / stretch) / sum, rounding));
  }
  return { ...taps, weights: Float64Array.from(weights) };
}

/** With more taps than this, rounded weights could sum up to half an 8-bit step too much or too little. */
const MOST_ROUNDED = 2 ** 14;

const rounded = (weight: number, steps: number | undefined): number =>
  steps === undefined ? weight : (Math.sign(weight) * Math.floor(Math.abs(weight) * steps + 0.5)) / steps;

const isWhole = (length: number, { from, length: part }: Span, to: number): boolean =>
  from === 0 && part === length && to === length;

/** The rows `first` to `last` of an image with each row in another width. */
function rowsResampled<T extends Uint8Array | Float32Array>(
  { width, channels, data }: Raster<T>,
  { starts, counts, offsets, weights }: Taps,
  { first, last, kind }: { readonly first: number; readonly last: number; readonly kind: SampleKind<T> },
): Raster<T> {
  const to = starts.length;
  const output = kind.create((last - first) * to * channels);
  const sums = new Float64Array(channels);
  let at = 0;
  for (let y = first; y < last; y++) {
    for (let x = 0; x < to; x++) {
      const end = offsets[x]! + counts[x]!;
      let from = (y * width + starts[x]!) * channels;
      sums.fill(0);
      for (let k = offsets[x]!; k < end; k++) {
        const weight = weights[k]!;
        for (let c = 0; c < channels; c++) sums[c]! += weight * data[from++]!;
      }
      for (let c = 0; c < channels; c++) output[at++] = kind.stored(sums[c]!);
    }
  }
  return { width: to, height: last - first, channels, data: output };
}

/** An image in another height; its row 0 is the row `first` that the taps count from. */
function columnsResampled<T extends Uint8Array | Float32Array>(
  { width, channels, data }: Raster<T>,
  { starts, counts, offsets, weights }: Taps,
  { first, kind }: { readonly first: number; readonly kind: SampleKind<T> },
): Raster<T> {
  const [to, row] = [starts.length, width * channels];
  const output = kind.create(to * row);
  const sums = new Float64Array(row);
  for (let y = 0; y < to; y++) {
    sums.fill(0);
    for (let k = 0; k < counts[y]!; k++) {
      const weight = weights[offsets[y]! + k]!;
      const from = (starts[y]! + k - first) * row;
      for (let i = 0; i < row; i++) sums[i]! += weight * data[from + i]!;
    }
    for (let i = 0; i < row; i++) output[y * row + i] = kind.stored(sums[i]!);
  }
  return { width, height: to, channels, data: output };
}

/** Crop and size of a resampled image. */
export interface Resampling {
  readonly columns: Span;
  readonly rows: Span;
  readonly width: number;
  readonly height: number;
}

/**
 * A part of an image in another size by Lanczos with three lobes, rows first, as Pillow's `resize(size, LANCZOS, box)`.
 */
export function resampled<T extends Uint8Array | Float32Array>(
  image: Raster<T>,
  { columns, rows, width, height }: Resampling,
  kind: SampleKind<T>,
): Raster<T> {
  const vertical = isWhole(image.height, rows, height)
    ? undefined
    : tapsOf(image.height, rows, height, kind.weightSteps);
  const first = vertical?.starts[0] ?? 0;
  const last = vertical ? vertical.starts[height - 1]! + vertical.counts[height - 1]! : image.height;
  const narrowed = isWhole(image.width, columns, width)
    ? { ...image, height: last - first, data: image.data.subarray(first * image.width * image.channels) as T }
    : rowsResampled(image, tapsOf(image.width, columns, width, kind.weightSteps), { first, last, kind });
  return vertical ? columnsResampled(narrowed, vertical, { first, kind }) : narrowed;
}
