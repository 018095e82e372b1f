import { noise } from "../../../test/evaluate.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { HostTensors } from "../../graph/types.ts";
import { conv2d } from "../../ops/conv.ts";
import { input } from "../../ops/leaves.ts";
import { resizeNearest, upsampleNearest } from "../../ops/resize.ts";

/** A convolution of an image with repeated pixels. */
export interface UpsampledCase {
  readonly about: string;
  readonly factor: number;
  readonly kernel: readonly [number, number];
  readonly bias: boolean;
  readonly size?: readonly [number, number];
}

/** Values that the pass reads from the image itself. */
export const upsampledCases: readonly UpsampledCase[] = [
  { about: "doubled under 3x3, as in Stable Diffusion", factor: 2, kernel: [3, 3], bias: true },
  { about: "doubled under 3x3, without a bias", factor: 2, kernel: [3, 3], bias: false },
  { about: "doubled, a single pixel", factor: 2, kernel: [3, 3], bias: true, size: [1, 1] },
  { about: "doubled under 5x5", factor: 2, kernel: [5, 5], bias: true },
  { about: "doubled under 1x7, of other sides", factor: 2, kernel: [1, 7], bias: false, size: [2, 5] },
  { about: "tripled under 3x3", factor: 3, kernel: [3, 3], bias: true },
];

/** Output y, which the pass changes, expected, which it does not know, and what both are fed. */
export function upsampledGraph({ factor, kernel, bias, size: [h, w] = [3, 4] }: UpsampledCase) {
  const shapes = { x: [2, 72, h, w], weight: [16, 72, ...kernel], ...(bias && { bias: [16] }) };
  const leaves: Record<string, Tensor> = {};
  const feeds: Record<string, HostTensors[string]> = {};
  for (const [seed, [name, shape]] of Object.entries(shapes).entries()) {
    leaves[name] = input({ name, shape });
    feeds[name] = noise(shape, { seed, size: name === "weight" ? 0.1 : 1 });
  }
  const convolved = (image: Tensor) =>
    conv2d(image, leaves.weight!, leaves.bias, { padding: [kernel[0] >> 1, kernel[1] >> 1] });
  const outputs = {
    y: convolved(upsampleNearest(leaves.x!, { factor })),
    expected: convolved(resizeNearest(leaves.x!, { size: [factor * h, factor * w] })),
  };
  return { outputs, feeds };
}
