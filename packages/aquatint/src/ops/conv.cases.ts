import { type OpCase, spread } from "./conformance.cases.ts";
import { type ConvOptions, conv2d } from "./conv.ts";
import { array, type Float64, total } from "./float64.cases.ts";

function convolution(x: Float64, w: Float64, bias: Float64 | undefined, { stride = 1, padding = 0 }: ConvOptions) {
  const [n, c, h, width] = x.shape as [number, number, number, number];
  const [o, , kh, kw] = w.shape as [number, number, number, number];
  const size = (length: number, k: number) => Math.floor((length + 2 * padding - k) / stride) + 1;
  const pixel = (b: number, channel: number, row: number, column: number) =>
    row < 0 || column < 0 || row >= h || column >= width ? 0 : x.at(b, channel, row, column);
  return array([n, o, size(h, kh), size(width, kw)], ([b, out, i, j]) => {
    const at = (channel: number, p: number, q: number) =>
      w.at(out!, channel, p, q) * pixel(b!, channel, i! * stride + p - padding, j! * stride + q - padding);
    const weighted = total(c, (channel) => total(kh, (p) => total(kw, (q) => at(channel, p, q))));
    return weighted + (bias?.at(out!) ?? 0);
  });
}

const cases: readonly (readonly [x: readonly number[], weight: readonly number[], options?: ConvOptions])[] = [
  [[2, 2, 3, 2], [2, 2, 3, 3], { padding: 1 }],
  [
    [1, 2, 4, 4],
    [2, 2, 3, 3],
  ],
  [
    [2, 3, 3, 2],
    [2, 3, 1, 1],
  ],
  [[1, 1, 2, 3], [2, 1, 1, 1], { padding: 1 }],
  [[1, 2, 4, 4], [2, 2, 3, 3], { stride: 2, padding: 1 }],
  [[1, 2, 5, 4], [2, 2, 3, 3], { stride: 2, padding: 1 }],
  [[1, 1, 5, 4], [2, 1, 2, 2], { stride: 2 }],
  [[1, 2, 4, 3], [2, 2, 1, 1], { stride: 2 }],
  [[1, 1, 4, 4], [2, 1, 4, 2], { stride: 3, padding: 1 }],
];

export const convCases: readonly OpCase[] = cases.flatMap(([x, weight, options = {}]) => {
  const name = `conv2d [${x}] by [${weight}] ${JSON.stringify(options)}`;
  const inputs = [spread(x, { seed: 1 }), spread(weight, { seed: 2 }), spread([weight[0]!], { seed: 3 })];
  const op: OpCase["op"] = (picture, w, bias) => conv2d(picture!, w!, bias, options);
  const reference: OpCase["reference"] = (picture, w, bias) => convolution(picture!, w!, bias, options);
  return [
    { name, inputs: inputs.slice(0, 2), op, reference },
    { name: `${name} with a bias`, inputs, op, reference },
  ];
});
