import { pixelShuffle } from "../pixel-shuffle.ts";
import { resizeBilinear, resizeNearest, upsampleNearest } from "../resize.ts";
import { float, type OpCase, type OpRows, sampleOf, spread } from "./conformance.cases.ts";
import { array, type Float64 } from "./float64.cases.ts";

type Size = readonly [number, number];

/** Position where PyTorch looks for pixel i of m among n. */
const sourceOf = (i: number, n: number, m: number, alignCorners: boolean): number => {
  if (alignCorners) return m > 1 ? (i * (n - 1)) / (m - 1) : 0;
  return Math.max(0, (i + 0.5) * (n / m) - 0.5);
};

function bilinear(x: Float64, [height, width]: Size, alignCorners: boolean): Float64 {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  return array([n, c, height, width], ([b, k, i, j]) => {
    const [y, z] = [sourceOf(i, h, height, alignCorners), sourceOf(j, w, width, alignCorners)];
    const [top, left] = [Math.floor(y), Math.floor(z)];
    const [bottom, right] = [Math.min(top + 1, h - 1), Math.min(left + 1, w - 1)];
    const [v, u] = [y - top, z - left];
    const upper = (1 - u) * x.at(b, k, top, left) + u * x.at(b, k, top, right);
    return (1 - v) * upper + v * ((1 - u) * x.at(b, k, bottom, left) + u * x.at(b, k, bottom, right));
  });
}

// biome-ignore format: a table
const sizes: readonly (readonly [from: readonly number[], size: Size])[] = [
  [[1, 2, 2, 3], [4, 6]],
  [[2, 1, 3, 3], [5, 2]],
  [[1, 1, 4, 5], [2, 5]],
  [[1, 1, 1, 1], [2, 3]],
  [[1, 1, 3, 2], [1, 1]],
  [[0, 2, 2, 2], [3, 3]],
];
const noSize = { about: "no size", inputs: [float(1, 1, 2, 2)], message: "[0,2] is not the size of an image" };
const noPixels = { about: "no pixels", inputs: [float(1, 1, 0, 2)], message: "there are no pixels to resize" };

export const resizeRows = {
  upsampleNearest: {
    cases: [
      { shape: [1, 2, 2, 3], factor: 2 },
      { shape: [1, 1, 1, 1], factor: 3 },
      { shape: [2, 1, 2, 1], factor: 1 },
    ].map(
      ({ shape, factor }): OpCase => ({
        about: `[${shape}] times ${factor}`,
        inputs: [spread(shape)],
        op: (x) => upsampleNearest(x, { factor }),
        reference: (x) =>
          array([shape[0]!, shape[1]!, shape[2]! * factor, shape[3]! * factor], ([n, c, i, j]) =>
            x.at(n, c, Math.floor(i / factor), Math.floor(j / factor)),
          ),
      }),
    ),
    refuses: [
      {
        about: "three axes",
        inputs: [float(1, 2, 2)],
        op: (x) => upsampleNearest(x, { factor: 2 }),
        message: "expected 4 axes (n, c, h, w), got [1,2,2]",
      },
      {
        about: "half a pixel",
        inputs: [float(1, 1, 2, 2)],
        op: (x) => upsampleNearest(x, { factor: 0.5 }),
        message: "the factor 0.5 is not a positive whole number",
      },
      {
        about: "no pixels",
        inputs: [float(0, 1, 2, 2)],
        op: (x) => upsampleNearest(x, { factor: 2 }),
        message: "there are no pixels to repeat",
      },
    ],
  },
  pixelShuffle: {
    cases: [
      { shape: [1, 8, 2, 3], factor: 2 },
      { shape: [2, 9, 1, 2], factor: 3 },
      { shape: [1, 1, 2, 2], factor: 1 },
    ].map(
      ({ shape, factor: r }): OpCase => ({
        about: `[${shape}] by ${r}`,
        inputs: [spread(shape)],
        op: (x) => pixelShuffle(x, { factor: r }),
        reference: (x) =>
          array([shape[0]!, shape[1]! / r ** 2, shape[2]! * r, shape[3]! * r], ([n, c, i, j]) =>
            x.at(n, c * r ** 2 + (i % r) * r + (j % r), Math.floor(i / r), Math.floor(j / r)),
          ),
      }),
    ),
    refuses: [
      {
        about: "too few channels",
        inputs: [float(1, 6, 2, 2)],
        op: (x) => pixelShuffle(x, { factor: 2 }),
        message: "6 channels are not a multiple of 4",
      },
      {
        about: "half a pixel",
        inputs: [float(1, 4, 2, 2)],
        op: (x) => pixelShuffle(x, { factor: 0.5 }),
        message: "the factor 0.5 is not a positive whole number",
      },
      {
        about: "no images",
        inputs: [float(0, 4, 2, 2)],
        op: (x) => pixelShuffle(x, { factor: 2 }),
        message: "there are no channels to spread",
      },
    ],
  },
  resizeNearest: {
    cases: [
      ...sizes.map(
        ([shape, size]): OpCase => ({
          about: `[${shape}] to [${size}]`,
          inputs: [spread(shape)],
          op: (x) => resizeNearest(x, { size }),
          reference: (x) =>
            array([shape[0]!, shape[1]!, ...size], ([n, c, i, j]) =>
              x.at(n, c, Math.floor((i * shape[2]!) / size[0]), Math.floor((j * shape[3]!) / size[1])),
            ),
        }),
      ),
      {
        about: "of integers",
        inputs: [sampleOf("int32", [1, 1, 1, 2], [7, 70_000])],
        op: (x) => resizeNearest(x, { size: [1, 4] }),
        reference: (x) => array([1, 1, 1, 4], ([, , , j]) => x.at(0, 0, 0, j >> 1)),
      },
    ],
    refuses: [
      { ...noSize, op: (x) => resizeNearest(x, { size: [0, 2] }) },
      { ...noPixels, op: (x) => resizeNearest(x, { size: [2, 2] }) },
    ],
  },
  resizeBilinear: {
    cases: sizes.flatMap(([shape, size]) =>
      [false, true].map(
        (alignCorners): OpCase => ({
          about: `[${shape}] to [${size}]${alignCorners ? ", corners aligned" : ""}`,
          inputs: [spread(shape)],
          op: (x) => resizeBilinear(x, { size, alignCorners }),
          reference: (x) => bilinear(x, size, alignCorners),
        }),
      ),
    ),
    refuses: [
      { ...noSize, op: (x) => resizeBilinear(x, { size: [0, 2] }) },
      { ...noPixels, op: (x) => resizeBilinear(x, { size: [2, 2] }) },
    ],
  },
} satisfies OpRows;
