import type { Tensor } from "../../graph/tensor.ts";
import { type ConvOptions, type ConvTransposeOptions, conv2d, convTranspose2d } from "../conv.ts";
import { pairOf } from "../window.ts";
import { float, type OpCase, type OpRow, type OpRows, spread } from "./conformance.cases.ts";
import { type Float64, over } from "./float64.cases.ts";

type Shape4 = [number, number, number, number];
const shape4 = ({ shape }: Float64) => shape as Shape4;
const zeros = (shape: Shape4): Float64 => over(shape, new Float64Array(shape.reduce((n, d) => n * d, 1)));

/** Every way in which a point of a kernel meets a pixel inside of the image. */
function* meetings(
  image: readonly [number, number],
  positions: readonly [number, number],
  kernel: readonly [number, number],
  { stride = 1, padding = 0, dilation = 1 }: ConvOptions,
) {
  const [[sy, sx], [py, px], [dy, dx]] = [pairOf(stride), pairOf(padding), pairOf(dilation)];
  for (let i = 0; i < positions[0]; i++)
    for (let j = 0; j < positions[1]; j++)
      for (let p = 0; p < kernel[0]; p++)
        for (let q = 0; q < kernel[1]; q++) {
          const [row, column] = [i * sy + p * dy - py, j * sx + q * dx - px];
          if (row >= 0 && column >= 0 && row < image[0] && column < image[1]) yield { i, j, p, q, row, column };
        }
}

const sizeAfter = (n: number, k: number, s: number, p: number, d: number) =>
  Math.floor((n + 2 * p - d * (k - 1) - 1) / s) + 1;

export function convolution(x: Float64, w: Float64, bias: Float64 | undefined, options: ConvOptions): Float64 {
  const [[n, c, h, width], [o, inner, kh, kw]] = [shape4(x), shape4(w)];
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  const [s, p, d] = [pairOf(stride), pairOf(padding), pairOf(dilation)];
  const size = [sizeAfter(h, kh, s[0], p[0], d[0]), sizeAfter(width, kw, s[1], p[1], d[1])] as const;
  const y = zeros([n, o, ...size]);
  const perGroup = o / groups;
  for (const m of meetings([h, width], size, [kh, kw], options))
    for (let b = 0; b < n; b++)
      for (let out = 0; out < o; out++)
        for (let k = 0; k < inner; k++) {
          const channel = Math.floor(out / perGroup) * (c / groups) + k;
          const at = ((b * o + out) * size[0] + m.i) * size[1] + m.j;
          y.data[at]! += x.at(b, channel, m.row, m.column) * w.at(out, k, m.p, m.q);
        }
  return shifted(y, bias);
}

export function transposed(x: Float64, w: Float64, bias: Float64 | undefined, options: ConvTransposeOptions): Float64 {
  const [[n, c, h, width], [, inner, kh, kw]] = [shape4(x), shape4(w)];
  const { stride = 1, padding = 0, dilation = 1, groups = 1, outputPadding = 0 } = options;
  const [s, p, d, extra] = [pairOf(stride), pairOf(padding), pairOf(dilation), pairOf(outputPadding)];
  const size = [h, width].map((m, i) => (m - 1) * s[i]! - 2 * p[i]! + d[i]! * ([kh, kw][i]! - 1) + extra[i]! + 1);
  const [height, wide] = size as [number, number];
  const y = zeros([n, inner * groups, height, wide]);
  for (const m of meetings([height, wide], [h, width], [kh, kw], options))
    for (let b = 0; b < n; b++)
      for (let channel = 0; channel < c; channel++)
        for (let k = 0; k < inner; k++) {
          const out = Math.floor(channel / (c / groups)) * inner + k;
          const at = ((b * inner * groups + out) * height + m.row) * wide + m.column;
          y.data[at]! += x.at(b, channel, m.i, m.j) * w.at(channel, k, m.p, m.q);
        }
  return shifted(y, bias);
}

function shifted(y: Float64, bias: Float64 | undefined): Float64 {
  const [, o, h, w] = shape4(y);
  return bias
    ? over(
        y.shape,
        y.data.map((v, i) => v + bias.at(Math.floor(i / (h * w)) % o)),
      )
    : y;
}

type Geometries<O> = readonly (readonly [x: Shape4, weight: Shape4, options?: O & { readonly bias?: boolean }])[];

// biome-ignore format: a table
const convolutions: Geometries<ConvOptions> = [
  [[2, 2, 3, 2], [2, 2, 3, 3], { padding: 1, bias: true }],
  [[1, 2, 4, 4], [2, 2, 3, 3]],
  [[2, 3, 3, 2], [2, 3, 1, 1], { bias: true }],
  [[1, 1, 2, 3], [2, 1, 1, 1], { padding: 1 }],
  [[1, 2, 4, 4], [2, 2, 3, 3], { stride: 2, padding: 1, bias: true }],
  [[1, 2, 5, 4], [2, 2, 3, 3], { stride: 2, padding: 1 }],
  [[1, 1, 5, 4], [2, 1, 2, 2], { stride: 2 }],
  [[1, 2, 4, 3], [2, 2, 1, 1], { stride: 2 }],
  [[1, 1, 4, 4], [2, 1, 4, 2], { stride: 3, padding: 1 }],
  [[1, 1, 1, 1], [1, 1, 1, 1]],
  [[1, 1, 5, 5], [1, 1, 3, 3], { dilation: 2 }],
  [[1, 2, 5, 4], [2, 2, 2, 2], { dilation: 2, stride: 2, padding: 1 }],
  [[1, 2, 4, 4], [4, 1, 2, 2], { groups: 2, stride: 2, bias: true }],
  [[1, 4, 3, 3], [2, 2, 3, 3], { groups: 2, padding: 1, bias: true }],
  [[2, 4, 2, 2], [6, 2, 1, 1], { groups: 2 }],
  [[2, 3, 4, 4], [3, 1, 3, 3], { groups: 3, padding: 1 }],
  [[1, 1, 3, 6], [2, 1, 1, 3], { dilation: [1, 2], padding: [0, 2], stride: [1, 2] }],
  [[1, 2, 5, 5], [2, 1, 3, 3], { groups: 2, dilation: 2, padding: 2 }],
];

// biome-ignore format: a table
const transposes: Geometries<ConvTransposeOptions> = [
  [[2, 2, 2, 2], [2, 2, 3, 3], { bias: true }],
  [[1, 2, 3, 2], [2, 1, 2, 2], { stride: 2 }],
  [[1, 2, 2, 2], [2, 2, 4, 4], { stride: 2, padding: 1, bias: true }],
  [[1, 1, 2, 2], [1, 2, 3, 3], { stride: 2, padding: 1, outputPadding: 1 }],
  [[1, 2, 3, 3], [2, 2, 3, 3], { padding: 1 }],
  [[1, 2, 3, 3], [2, 3, 1, 1]],
  [[1, 1, 1, 1], [1, 1, 1, 1]],
  [[1, 1, 3, 3], [1, 2, 2, 2], { dilation: 2 }],
  [[1, 1, 2, 3], [1, 1, 2, 2], { dilation: 3, stride: 2, outputPadding: 2 }],
  [[1, 1, 2, 2], [1, 1, 2, 2], { dilation: 2, outputPadding: 1 }],
  [[1, 1, 2, 2], [1, 2, 3, 1], { stride: [2, 1], padding: [1, 0], outputPadding: [1, 0] }],
  [[1, 4, 2, 2], [4, 1, 3, 3], { groups: 2, bias: true }],
  [[1, 4, 2, 2], [4, 1, 3, 3], { groups: 2, stride: [2, 1], padding: 1, outputPadding: [1, 0] }],
  [[1, 2, 2, 3], [2, 1, 4, 4], { groups: 2, stride: 2, padding: 1 }],
];

type Convolve<O, T> = (x: T, weight: T, bias?: T, options?: O) => T;
const casesOf = <O extends ConvOptions>(
  geometries: Geometries<O>,
  op: Convolve<O, Tensor>,
  reference: (x: Float64, w: Float64, bias: Float64 | undefined, options: O) => Float64,
): OpCase[] =>
  geometries.map(([x, weight, caseOptions]) => {
    const options = caseOptions ?? ({} as O & { bias?: boolean });
    const channels = op === conv2d ? weight[0] : weight[1] * (options.groups ?? 1);
    const inputs = [spread(x, { seed: 1 }), spread(weight, { seed: 2 }), spread([channels], { seed: 3 })];
    return {
      about: `[${x}] by [${weight}] ${JSON.stringify(caseOptions ?? {})}`,
      inputs: options.bias ? inputs : inputs.slice(0, 2),
      op: (a, b, c) => op(a, b, c, options),
      reference: (a, b, c) => reference(a, b, c, options),
    };
  });

const shared = (op: (x: Tensor, w: Tensor, options?: ConvOptions) => unknown): OpRow["refuses"] => [
  {
    about: "a step of 0",
    inputs: [float(1, 2, 4, 4), float(2, 2, 3, 3)],
    op: (x, w) => op(x, w, { stride: 0 }),
    message: "stride 0,0 is not a positive whole number",
  },
  {
    about: "padding below 0",
    inputs: [float(1, 2, 4, 4), float(2, 2, 3, 3)],
    op: (x, w) => op(x, w, { padding: -1 }),
    message: "padding -1,-1 is not a whole number of 0 or more",
  },
  {
    about: "groups",
    inputs: [float(1, 3, 4, 4), float(3, 1, 3, 3)],
    op: (x, w) => op(x, w, { groups: 2 }),
    message: "3 channels do not fall into 2 groups",
  },
  {
    about: "three axes",
    inputs: [float(3, 4, 4), float(3, 1, 3, 3)],
    op: (x, w) => op(x, w),
    message: "expected 4 axes (n, c, h, w), got [3,4,4]",
  },
];

export const convRows = {
  conv2d: {
    cases: casesOf(convolutions, conv2d, convolution),
    refuses: [
      ...shared((x, w, options) => conv2d(x, w, undefined, options)),
      {
        about: "other channels",
        inputs: [float(1, 3, 8, 8), float(4, 2, 3, 3)],
        op: (x, w) => conv2d(x, w),
        message: "the image has 3 channels, the kernel wants 2",
      },
      {
        about: "a kernel that is too big",
        inputs: [float(1, 2, 2, 2), float(4, 2, 3, 3)],
        op: (x, w) => conv2d(x, w),
        message: "a 3x3 kernel does not fit a 2x2 image",
      },
      {
        about: "another bias",
        inputs: [float(1, 2, 4, 4), float(4, 2, 3, 3), float(2)],
        op: (x, w, b) => conv2d(x, w, b),
        message: "the bias must be [4], got [2]",
      },
      {
        about: "no images",
        inputs: [float(0, 2, 4, 4), float(4, 2, 3, 3)],
        op: (x, w) => conv2d(x, w),
        message: "there are no images",
      },
    ],
  },
  convTranspose2d: {
    cases: casesOf(transposes, convTranspose2d, transposed),
    refuses: [
      ...shared((x, w, options) => convTranspose2d(x, w, undefined, options)),
      {
        about: "other channels",
        inputs: [float(1, 3, 8, 8), float(4, 2, 3, 3)],
        op: (x, w) => convTranspose2d(x, w),
        message: "the image has 3 channels, the kernel wants 4",
      },
      {
        about: "an output padding of a stride",
        inputs: [float(1, 2, 2, 2), float(2, 2, 3, 3)],
        op: (x, w) => convTranspose2d(x, w, undefined, { stride: 2, outputPadding: 2 }),
        message: "an output padding of 2 is outside of 0 to 1",
      },
      {
        about: "no images",
        inputs: [float(0, 2, 4, 4), float(2, 2, 3, 3)],
        op: (x, w) => convTranspose2d(x, w),
        message: "there are no images",
      },
    ],
  },
} satisfies OpRows;
