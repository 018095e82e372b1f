import type { Tensor } from "../../graph/tensor.ts";
import { avgPool2d, maxPool2d, type PoolOptions } from "../pool.ts";
import { pairOf } from "../window.ts";
import { float, type OpCase, type OpRows, type Refusal, spread } from "./conformance.cases.ts";
import { array, type Float64 } from "./float64.cases.ts";

/** `f` of what each window shows of the image, and of how many places it has. */
function poolReference(
  x: Float64,
  { kernel, stride = kernel, padding = 0 }: PoolOptions,
  f: (pixels: readonly number[], positions: number) => number,
): Float64 {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const [[kh, kw], [sy, sx], [py, px]] = [pairOf(kernel), pairOf(stride), pairOf(padding)];
  const size = [Math.floor((h + 2 * py - kh) / sy) + 1, Math.floor((w + 2 * px - kw) / sx) + 1];
  return array([n, c, ...size], ([b, channel, i, j]) => {
    const pixels: number[] = [];
    for (let row = i * sy - py; row < i * sy - py + kh; row++)
      for (let column = j * sx - px; column < j * sx - px + kw; column++)
        if (row >= 0 && column >= 0 && row < h && column < w) pixels.push(x.at(b, channel, row, column));
    return f(pixels, kh * kw);
  });
}

// biome-ignore format: a table
const windows: readonly (readonly [shape: readonly number[], options: PoolOptions])[] = [
  [[2, 2, 4, 4], { kernel: 2 }],
  [[1, 1, 5, 4], { kernel: 2 }],
  [[1, 2, 4, 5], { kernel: 3, stride: 2, padding: 1 }],
  [[1, 1, 3, 3], { kernel: 2, stride: 1 }],
  [[1, 1, 3, 4], { kernel: [1, 2], stride: [2, 1], padding: [0, 1] }],
  [[1, 1, 5, 4], { kernel: [4, 3], stride: [3, 1], padding: [2, 1] }],
  [[1, 2, 1, 1], { kernel: 2, padding: 1 }],
  [[1, 1, 1, 1], { kernel: 1 }],
];

type Pool = (x: Tensor, options: PoolOptions) => Tensor;
type OfWindow = (pixels: readonly number[], positions: number) => number;

const casesOf = (op: Pool, f: OfWindow, about = ""): OpCase[] =>
  windows.map(([shape, options]) => ({
    about: `${about}[${shape}] ${JSON.stringify(options)}`,
    inputs: [spread(shape, { seed: 3 })],
    op: (x) => op(x, options),
    reference: (x) => poolReference(x, options, f),
  }));

const refusalsOf = (op: Pool): Refusal[] => [
  {
    about: "a window that is too big",
    inputs: [float(1, 1, 2, 2)],
    op: (x) => op(x, { kernel: 3 }),
    message: "a 3x3 window does not fit a 2x2 image",
  },
  {
    about: "much padding",
    inputs: [float(1, 1, 4, 4)],
    op: (x) => op(x, { kernel: 2, padding: 2 }),
    message: "padding 2,2 is outside of 0 to half a 2x2 window",
  },
  {
    about: "no images",
    inputs: [float(0, 1, 4, 4)],
    op: (x) => op(x, { kernel: 2 }),
    message: "there are no images",
  },
];

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const ofPixelsAlone: Pool = (x, options) => avgPool2d(x, { ...options, countIncludePad: false });

export const poolRows = {
  avgPool2d: {
    cases: [
      ...casesOf(avgPool2d, (pixels, positions) => total(pixels) / positions),
      ...casesOf(ofPixelsAlone, (pixels) => total(pixels) / pixels.length, "of the pixels alone "),
    ],
    refuses: refusalsOf(avgPool2d),
  },
  maxPool2d: { cases: casesOf(maxPool2d, (pixels) => Math.max(...pixels)), refuses: refusalsOf(maxPool2d) },
} satisfies OpRows;
