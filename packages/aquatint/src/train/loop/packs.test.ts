import { expect, test } from "vitest";
import { evaluate, noise } from "../../../test/evaluate.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { input } from "../../ops/leaves.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import { packsOf, packTensor, unpack } from "./packs.ts";

const leaves = (shapes: Readonly<Record<string, readonly number[]>>): ReadonlyMap<string, Tensor> =>
  new Map(Object.entries(shapes).map(([name, shape]) => [name, input({ name, shape })]));
const namesOf = (shapes: Readonly<Record<string, readonly number[]>>) =>
  packsOf(leaves(shapes)).map((pack) => pack.map(({ name }) => name));

test("parameters that differ in their first axis alone are one pack", () => {
  const shapes = { a: [3], b: [4, 2], c: [5], d: [1, 2], e: [4, 2, 1, 1], f: [6, 2, 1, 1], g: [], h: [] };
  expect(namesOf(shapes)).toEqual([["a", "c"], ["b", "d"], ["e", "f"], ["g"], ["h"]]);
});

test("large parameters stay alone, and packs stay small", () => {
  const half = [1024, 128];
  expect(namesOf({ a: half, b: [1025, 128], c: half, d: half, e: [8, 128] })).toEqual([["a", "c"], ["b"], ["d", "e"]]);
});

test("a packed tensor comes apart again in its shapes", async () => {
  const shapes = { a: [3, 2, 1, 1], b: [1, 2, 1, 1], c: [1, 1], d: [4, 2], e: [], f: [2, 3, 3, 3] };
  const packs = packsOf(leaves(shapes));
  const tensors = packs.map((pack) => packTensor(pack.map(({ weight }) => weight)));
  expect(tensors.map(({ shape }) => shape)).toEqual([[4, 2], [], [4, 2], [], [2, 3, 3, 3]]);
  const outputs = Object.fromEntries(
    packs.flatMap((pack, i) => unpack(tensors[i]!, pack).map(([name, part]) => [`${name}'`, part])),
  );
  const feeds = Object.fromEntries(Object.entries(shapes).map(([name, shape], seed) => [name, noise(shape, { seed })]));
  await using runtime = await nodeRuntime({ threads: 1 });
  const results = await evaluate(runtime, outputs, { feeds });
  expect(results).toEqual(Object.fromEntries(Object.entries(feeds).map(([name, value]) => [`${name}'`, value])));
});
