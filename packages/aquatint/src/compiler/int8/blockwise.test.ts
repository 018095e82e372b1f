import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deviation, noise } from "../../../test/evaluate.ts";
import { float32, float32Data } from "../../graph/host-tensor.ts";
import { topological } from "../../graph/topological.ts";
import type { HostTensor } from "../../graph/types.ts";
import { Linear } from "../../nn/layers.ts";
import { parameters } from "../../nn/module.ts";
import { input } from "../../ops/leaves.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { compile } from "../compile.ts";
import { float16Pass } from "../onnx/float16.ts";
import { BLOCK_SIZE, type BlockBits, type BlockwiseWeight, blockwisePass, blockwiseWeight } from "./blockwise.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

/** The numbers that a weight in blocks stands for. */
function unpacked({ values, scales }: BlockwiseWeight, columns: number, bits: BlockBits): Float32Array {
  const [rows, blocks] = scales.shape as readonly [number, number];
  const perByte = 8 / bits;
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const block = row * blocks + Math.floor(column / BLOCK_SIZE);
    const index = block * BLOCK_SIZE + (column % BLOCK_SIZE);
    const byte = values.data[Math.floor(index / perByte)]!;
    const q = (byte >> (bits * (index % perByte))) & (2 ** bits - 1);
    return scales.data[block]! * (q - 2 ** (bits - 1));
  });
}

describe.each([4, 8] as const)("a linear layer with a weight in %d bits", (bits) => {
  const top = 2 ** (bits - 1) - 1;

  test.each([
    ["whole blocks", 64],
    ["a part of a block", 40],
    ["less than a block", 6],
  ])("rounds each number by at most half a step: %s", (_, columns) => {
    const weight = noise([5, columns], { size: 3 });
    const blocks = blockwiseWeight(weight, bits);
    const rounded = unpacked(blocks, columns, bits);
    for (const [i, w] of weight.data.entries()) {
      const start = i - ((i % columns) % BLOCK_SIZE);
      const largest = Math.max(
        ...weight.data.subarray(start, Math.min(start + BLOCK_SIZE, i - (i % columns) + columns)).map(Math.abs),
      );
      expect(Math.abs(rounded[i]! - w)).toBeLessThanOrEqual((0.5001 * largest) / top);
    }
  });

  test("takes rows of zeros", () => {
    const rounded = unpacked(blockwiseWeight(float32([2, 32], new Float32Array(64)), bits), 32, bits);
    expect(rounded.every((v) => v === 0)).toBe(true);
  });

  test.each([64, 40])("computes with what the blocks stand for, of %d inputs", async (columns) => {
    const [m, o] = [20, 24];
    const linear = Linear(columns, o);
    const weight = noise([o, columns], { seed: 3 });
    const bias = noise([o], { seed: 4 });
    const blocks = blockwiseWeight(weight, bits);
    const names = parameters(linear);
    const outputs = { y: linear(input({ name: "x", shape: [m, columns] })) };
    const int8 = blockwisePass(new Map([["weight", blocks]]), bits);
    const as = (w: HostTensor) =>
      new Map([
        ["weight", w],
        ["bias", bias],
      ]);
    const [rounded, exact] = [
      await runtime.load(compile({ outputs, parameters: { names, as: as(weight), int8 } })),
      await runtime.load(
        compile({ outputs, parameters: { names, as: as(float32([o, columns], unpacked(blocks, columns, bits))) } }),
      ),
    ];
    const feeds = { x: noise([m, columns], { seed: 5 }) };
    const expected = float32Data((await exact.run(feeds)).y);
    expect(deviation((await rounded.run(feeds)).y, expected)).toBeLessThan(1e-5);
    const half = await runtime.load(
      compile({ outputs, parameters: { names, as: as(weight), int8 }, float16: float16Pass }),
    );
    expect(deviation((await half.run(feeds)).y, expected)).toBeLessThan(1e-2);
  });

  test("has its weight in the program in blocks alone", () => {
    const linear = Linear(256, 256, { bias: false });
    const weight = noise([256, 256]);
    const int8 = blockwisePass(new Map([["weight", blockwiseWeight(weight, bits)]]), bits);
    const outputs = { y: linear(input({ name: "x", shape: [16, 256] })) };
    const { model, memory } = compile({
      outputs,
      parameters: { names: parameters(linear), as: new Map([["weight", weight]]), int8 },
    });
    const bytes = 256 * 256 * (bits / 8) + (4 * 256 * 256) / BLOCK_SIZE;
    expect(model.length).toBeLessThan(bytes + 1000);
    expect(memory!.stored).toBeLessThanOrEqual(bytes);
    const ops = topological([int8.apply(outputs, parameters(linear)).outputs.y]).map(({ op }) => op.name);
    expect(ops).toContain("blockwiseLinear");
  });
});
