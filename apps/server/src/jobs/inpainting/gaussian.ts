/** Values in rows from the top. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** A one-dimensional filter along a line of values: reads line[from + i * step], i = 0 .. length - 1. */
type LineFilter = (
  source: Float32Array,
  target: Float32Array,
  line: { from: number; step: number; length: number },
) => void;

/** A filter along the rows, then along the columns. */
function separable({ width, height, data }: Plane, filter: LineFilter): Plane {
  const [rows, columns] = [new Float32Array(data.length), new Float32Array(data.length)];
  for (let y = 0; y < height; y++) filter(data, rows, { from: y * width, step: 1, length: width });
  for (let x = 0; x < width; x++) filter(rows, columns, { from: x, step: width, length: height });
  return { width, height, data: columns };
}

/** Gaussian blur as OpenCV's with a kernel of 2.5 sigma to each side; values beyond an edge are mirrored. */
export function gaussianBlur(plane: Plane, sigma: number): Plane {
  if (sigma <= 0) return plane;
  const reach = Math.floor(2.5 * sigma + 0.5);
  const kernel = Float32Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const sum = kernel.reduce((total, value) => total + value, 0);
  return separable(plane, (source, target, { from, step, length }) => {
    for (let i = 0; i < length; i++) {
      let value = 0;
      for (let k = -reach; k <= reach; k++) {
        value += (kernel[k + reach] ?? 0) * (source[from + mirrored(i + k, length) * step] ?? 0);
      }
      target[from + i * step] = value / sum;
    }
  });
}

/** The index inside 0 .. length - 1 that a mirror at the first and last value shows. */
function mirrored(i: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const at = ((i % period) + period) % period;
  return at < length ? at : period - at;
}

/** Gaussian blur by three boxes of a fractional radius, as Pillow's; values beyond an edge are those at the edge. */
export function boxedBlur(plane: Plane, sigma: number): Plane {
  const variance = sigma ** 2 / 3;
  const reach = Math.floor((Math.sqrt(12 * variance + 1) - 1) / 2);
  const part = ((2 * reach + 1) * (reach * (reach + 1) - 3 * variance)) / (6 * (variance - (reach + 1) ** 2));
  const box: LineFilter = (source, target, { from, step, length: count }) => {
    const at = (i: number) => source[from + Math.min(count - 1, Math.max(0, i)) * step] ?? 0;
    let sum = 0;
    for (let k = -reach; k <= reach; k++) sum += at(k);
    for (let i = 0; i < count; i++) {
      target[from + i * step] = (sum + part * (at(i - reach - 1) + at(i + reach + 1))) / (2 * (reach + part) + 1);
      sum += at(i + reach + 1) - at(i - reach);
    }
  };
  return [1, 2, 3].reduce((blurred) => separable(blurred, box), plane);
}
