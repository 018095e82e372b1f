import { expect, test } from "vitest";
import { fromFloat32, toFloat32 } from "../packages/aquatint/src/formats/safetensors/half.ts";
import type { RawTensor } from "../packages/aquatint/src/formats/safetensors/safetensors.ts";
import { scattered } from "../packages/aquatint/test/evaluate.ts";
import { adaptedUnet, fitLatentMap, type LatentMap, type Latents } from "./latent-map.ts";

const PLANE = 6;
const FACTORS = [
  [0.5, -1],
  [2, 0.25],
  [0, 1],
];
const BIAS = [0.5, -1, 2];

/** Three channels that are linear in two, with noise. */
function pair(noise: number): { from: Latents; to: Latents } {
  const values = Float32Array.from(scattered(40 * 2 * PLANE, { seed: 1 }));
  const extra = scattered(40 * 3 * PLANE, { seed: 2 });
  const to = Float32Array.from({ length: extra.length }, (_, at) => {
    const [k, c, i] = [Math.floor(at / (3 * PLANE)), Math.floor(at / PLANE) % 3, at % PLANE];
    const x = [0, 1].map((a) => values[(k * 2 + a) * PLANE + i]!);
    return BIAS[c]! + FACTORS[c]![0]! * x[0]! + FACTORS[c]![1]! * x[1]! + noise * extra[at]!;
  });
  return { from: { values, channels: 2, plane: PLANE }, to: { values: to, channels: 3, plane: PLANE } };
}

const flat = ({ factors }: LatentMap) => factors.flat();

test("a map is found, and explains everything where nothing else is there", () => {
  const { from, to } = pair(0);
  const map = fitLatentMap(from, to, 0);
  for (const [i, value] of flat(map).entries()) expect(value).toBeCloseTo(FACTORS.flat()[i]!, 5);
  for (const share of map.explained) expect(share).toBeCloseTo(1, 5);
});

test("a ridge makes factors smaller, and the share that is explained is what the map leaves", () => {
  const { from, to } = pair(1);
  const map = fitLatentMap(from, to, 0.5);
  expect(Math.hypot(...flat(map))).toBeLessThan(Math.hypot(...flat(fitLatentMap(from, to, 0))));
  const [errors, values] = [[] as number[], [] as number[]]; // of the first channel
  for (let k = 0; k < 40; k++)
    for (let i = 0; i < PLANE; i++) {
      const y = to.values[k * 3 * PLANE + i]!;
      const x = [0, 1].map((a) => from.values[(k * 2 + a) * PLANE + i]!);
      errors.push(y - map.factors[0]![0]! * x[0]! - map.factors[0]![1]! * x[1]!);
      values.push(y);
    }
  const variance = (list: readonly number[]) => {
    const mean = list.reduce((a, b) => a + b) / list.length;
    return list.reduce((sum, v) => sum + (v - mean) ** 2, 0) / list.length;
  };
  expect(map.explained[0]!).toBeCloseTo(1 - variance(errors) / variance(values), 4);
});

test("convolutions read and write through the maps, and nothing else changes", () => {
  const tensor = (shape: readonly number[], seed: number): RawTensor =>
    fromFloat32(
      Float32Array.from(
        scattered(
          shape.reduce((a, b) => a * b),
          { seed },
        ),
      ),
      shape,
      "F16",
    );
  const [input, output, bias, other] = [
    tensor([4, 2, 1, 3], 1),
    tensor([2, 4, 1, 3], 2),
    tensor([2], 3),
    tensor([5], 4),
  ];
  const weights = new Map([
    ["conv_in.weight", input],
    ["conv_out.weight", output],
    ["conv_out.bias", bias],
    ["mid_block.bias", other],
  ]);
  const toOld = {
    factors: [
      [1, 2, 3],
      [0, -1, 0.5],
    ],
    explained: [1, 1],
  };
  const toNew = { factors: FACTORS, explained: [1, 1, 1] };
  const adapted = adaptedUnet(weights, { toOld, toNew });
  expect(adapted.get("mid_block.bias")).toBe(other);
  expect([...adapted.values()].map(({ shape }) => shape)).toEqual([[4, 3, 1, 3], [3, 4, 1, 3], [3], [5]]);
  const at = (t: RawTensor, i: number) => toFloat32(t)[i]!;
  const first = adapted.get("conv_in.weight")!; // output 1, channel 2, the last of the kernel
  expect(at(first, (1 * 3 + 2) * 3 + 2)).toBeCloseTo(
    3 * at(input, (1 * 2 + 0) * 3 + 2) + 0.5 * at(input, (1 * 2 + 1) * 3 + 2),
    2,
  );
  const last = adapted.get("conv_out.weight")!; // channel 1, input 3, the first of the kernel
  expect(at(last, (1 * 4 + 3) * 3)).toBeCloseTo(2 * at(output, 3 * 3) + 0.25 * at(output, (1 * 4 + 3) * 3), 2);
  expect(at(adapted.get("conv_out.bias")!, 2)).toBeCloseTo(at(bias, 1), 2);
  weights.delete("conv_out.bias");
  expect(() => adaptedUnet(weights, { toOld, toNew })).toThrow('no "conv_out.bias" among its 3 weights');
});
