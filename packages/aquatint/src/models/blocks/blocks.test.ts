import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deviation, evaluate, noise, noiseWeights } from "../../../test/evaluate.ts";
import { float32 } from "../../graph/host-tensor.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { HostTensor } from "../../graph/types.ts";
import { parameters } from "../../nn/module.ts";
import { conv2d } from "../../ops/conv.ts";
import { input, param } from "../../ops/leaves.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { Attention, AttentionBlock } from "./attention.ts";
import { Downsample2D, Upsample2D } from "./resample.ts";
import { ResnetBlock2D } from "./resnet-block.ts";
import { guidanceEmbedding, timesteps } from "./timesteps.ts";
import { Transformer2DModel } from "./transformer.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const leaf = (name: string, { shape }: HostTensor): Tensor => input({ name, dtype: "float32", shape });
const silu = (v: number) => v / (1 + Math.exp(-v));

describe("timesteps", () => {
  const t = float32([3], [0, 1, 981]);
  const at = (width: number, options?: Parameters<typeof timesteps>[2]) =>
    evaluate(runtime, { y: timesteps(leaf("t", t), width, options) }, { feeds: { t } });
  const angles = (half: number, shift: number) =>
    Array.from(t.data, (v) => Array.from({ length: half }, (_, i) => v * 10000 ** (-i / (half - shift))));

  test("cosines first and frequencies short of 1 / 10000, as Stable Diffusion has them", async () => {
    const { y } = await at(8, { flipSinToCos: true, freqShift: 0 });
    const expected = angles(4, 0).flatMap((a) => [...a.map(Math.cos), ...a.map(Math.sin)]);
    expect(y!.shape).toEqual([3, 8]);
    expect(deviation(y, expected)).toBeLessThan(5e-5);
  });

  test("sines first, down to 1 / 10000; an odd width ends in a zero", async () => {
    const { y } = await at(7);
    const expected = angles(3, 1).flatMap((a) => [...a.map(Math.sin), ...a.map(Math.cos), 0]);
    expect(deviation(y, expected)).toBeLessThan(5e-5);
  });
});

describe("resampling", () => {
  test("without padding an image is halved as if one row and column of zeros followed it", async () => {
    const down = Downsample2D(2, { padding: 0 });
    const [x, wider] = [noise([1, 2, 4, 4]), param({ shape: [1, 2, 5, 5], init: "zeros" })];
    const names = parameters(down);
    const values = noiseWeights(names);
    const padded = Array.from({ length: 50 }, (_, i) => {
      const [c, row, column] = [Math.floor(i / 25), Math.floor(i / 5) % 5, i % 5];
      return row < 4 && column < 4 ? x.data[c * 16 + row * 4 + column]! : 0;
    });
    const { weight, bias } = down.children.conv.children;
    const { y, expected } = await evaluate(
      runtime,
      { y: down(leaf("x", x)), expected: conv2d(wider, weight, bias, { stride: 2 }) },
      { feeds: { x }, names: names.set("wider", wider), values: values.set("wider", float32([1, 2, 5, 5], padded)) },
    );
    expect(y!.shape).toEqual([1, 2, 2, 2]);
    expect(deviation(y, expected!.data)).toBeLessThan(1e-6);
  });

  test("an image is doubled to an odd size by the nearest neighbor", async () => {
    const up = Upsample2D(1);
    const names = parameters(up);
    const identity = new Map([
      ["conv.weight", float32([1, 1, 3, 3], [0, 0, 0, 0, 1, 0, 0, 0, 0])],
      ["conv.bias", float32([1], [0])],
    ]);
    const x = float32([1, 1, 2, 3], [1, 2, 3, 4, 5, 6]);
    const { y } = await evaluate(runtime, { y: up(leaf("x", x), [3, 5]) }, { feeds: { x }, names, values: identity });
    expect(y).toEqual(float32([1, 1, 3, 5], [1, 1, 2, 2, 3, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6]));
  });
});

describe("ResnetBlock2D", () => {
  const norm = { groups: 2, eps: 1e-5 };
  const x = noise([2, 4, 3, 3]);
  const temb = noise([2, 6], { seed: 1 });

  test("where the time scales by 1 - 1 and shifts, the image is the shortcut and the rest the shift alone", async () => {
    const block = ResnetBlock2D(4, 4, { norm, timeChannels: 6, timeScaleShift: true });
    const names = parameters(block);
    const center = Array.from({ length: 4 * 4 * 9 }, (_, i) =>
      i % 9 === 4 && Math.floor(i / 36) === Math.floor(i / 9) % 4 ? 1 : 0,
    );
    const values = noiseWeights(names)
      .set("time_emb_proj.weight", float32([8, 6], new Float32Array(48)))
      .set("time_emb_proj.bias", float32([8], [-1, -1, -1, -1, 0.5, 1, 2, -3]))
      .set("conv2.weight", float32([4, 4, 3, 3], center))
      .set("conv2.bias", float32([4], [0, 0, 0, 0]));
    const y = block(leaf("x", x), leaf("temb", temb));
    const actual = await evaluate(runtime, { y }, { feeds: { x, temb }, names, values });
    const expected = Array.from(x.data, (v, i) => v + silu([0.5, 1, 2, -3][Math.floor(i / 9) % 4]!));
    expect(deviation(actual.y, expected)).toBeLessThan(1e-5);
  });

  test("the sum with the shortcut is divided by the output scale", async () => {
    const block = (outputScale: number) => ResnetBlock2D(4, 6, { norm, timeChannels: 6, outputScale });
    const run = async (outputScale: number) => {
      const network = block(outputScale);
      const names = parameters(network);
      const y = network(leaf("x", x), leaf("temb", temb));
      return (await evaluate(runtime, { y }, { feeds: { x, temb }, names, values: noiseWeights(names) })).y!;
    };
    const [full, half] = [await run(1), await run(2)];
    expect(full.shape).toEqual([2, 6, 3, 3]);
    expect(
      deviation(
        half,
        full.data.map((v) => v / 2),
      ),
    ).toBeLessThan(1e-6);
  });

  test("without a time it has no time_emb_proj", () => {
    expect([...parameters(ResnetBlock2D(4, 6, { norm })).keys()].filter((key) => key.includes("time"))).toEqual([]);
  });
});

describe("attention", () => {
  test("children are named as published", () => {
    const namesOf = (root: Parameters<typeof parameters>[0]) =>
      Array.from(parameters(root), ([name, { shape }]) => `${name} [${shape}]`).join("\n");
    expect(namesOf(AttentionBlock(8, { heads: 2, norm: { groups: 4, eps: 1e-6 } }))).toMatchInlineSnapshot(`
      "group_norm.weight [8]
      group_norm.bias [8]
      to_q.weight [8,8]
      to_q.bias [8]
      to_k.weight [8,8]
      to_k.bias [8]
      to_v.weight [8,8]
      to_v.bias [8]
      to_out.0.weight [8,8]
      to_out.0.bias [8]"
    `);
    const options = { heads: 2, contextWidth: 6, groups: 4, depth: 1 };
    expect(namesOf(Transformer2DModel(8, { ...options, linear: false }))).toMatchInlineSnapshot(`
      "norm.weight [8]
      norm.bias [8]
      proj_in.weight [8,8,1,1]
      proj_in.bias [8]
      transformer_blocks.0.norm1.weight [8]
      transformer_blocks.0.norm1.bias [8]
      transformer_blocks.0.attn1.to_q.weight [8,8]
      transformer_blocks.0.attn1.to_k.weight [8,8]
      transformer_blocks.0.attn1.to_v.weight [8,8]
      transformer_blocks.0.attn1.to_out.0.weight [8,8]
      transformer_blocks.0.attn1.to_out.0.bias [8]
      transformer_blocks.0.norm2.weight [8]
      transformer_blocks.0.norm2.bias [8]
      transformer_blocks.0.attn2.to_q.weight [8,8]
      transformer_blocks.0.attn2.to_k.weight [8,6]
      transformer_blocks.0.attn2.to_v.weight [8,6]
      transformer_blocks.0.attn2.to_out.0.weight [8,8]
      transformer_blocks.0.attn2.to_out.0.bias [8]
      transformer_blocks.0.norm3.weight [8]
      transformer_blocks.0.norm3.bias [8]
      transformer_blocks.0.ff.net.0.proj.weight [64,8]
      transformer_blocks.0.ff.net.0.proj.bias [64]
      transformer_blocks.0.ff.net.2.weight [8,32]
      transformer_blocks.0.ff.net.2.bias [8]
      proj_out.weight [8,8,1,1]
      proj_out.bias [8]"
    `);
    expect(parameters(Transformer2DModel(8, { ...options, linear: true })).get("proj_in.weight")!.shape).toEqual([
      8, 8,
    ]);
  });

  test("a transformer without a context, and heads that do not share the width, are refused", () => {
    const x = leaf("x", noise([1, 8, 2, 2]));
    const make = (heads: number) =>
      Transformer2DModel(8, { heads, contextWidth: 6, groups: 4, depth: 1, linear: true });
    expect(() => make(2)(x)).toThrow("attention to a context needs one: [b, tokens, width]");
    expect(() => make(3)(x, leaf("c", noise([1, 5, 6])))).toThrow("axis (h d) of 8 is not a multiple of 3");
  });
});

test("a guidance scale is told as waves of 1000 (w - 1), sines first", async () => {
  const w = float32([2], [1, 1.001]);
  const { y } = await evaluate(runtime, { y: guidanceEmbedding(leaf("w", w), 4) }, { feeds: { w } });
  const angle = (Math.fround(1.001) - 1) * 1000;
  const expected = [0, 0, 1, 1, Math.sin(angle), Math.sin(angle / 10000), Math.cos(angle), Math.cos(angle / 10000)];
  expect(deviation(y, expected)).toBeLessThan(1e-4);
});

describe("attention to a context that rows share", () => {
  const layer = Attention(8, { heads: 2, contextWidth: 6 });
  const [x, context] = [noise([6, 5, 8], { seed: 1 }), noise([2, 3, 6], { seed: 2 })];

  test("is that to as many copies of it", async () => {
    const copies = float32(
      [6, 3, 6],
      [0, 0, 0, 1, 1, 1].flatMap((row) => [...context.data.slice(18 * row, 18 * row + 18)]),
    );
    const names = parameters(layer);
    const { shared, copied } = await evaluate(
      runtime,
      { shared: layer(leaf("x", x), leaf("context", context)), copied: layer(leaf("x", x), leaf("copies", copies)) },
      { feeds: { x, context, copies }, names, values: noiseWeights(names) },
    );
    expect(shared!.shape).toEqual([6, 5, 8]);
    expect(deviation(shared, copied!.data as Float32Array)).toBeLessThan(1e-6);
  });

  test("refuses rows that do not share it evenly", () => {
    const four = input({ name: "four", shape: [4, 3, 6] });
    expect(() => layer(leaf("x", x), four)).toThrow("6 rows of tokens for 4 of a context");
  });
});
