import { afterAll, beforeAll, expect, test } from "vitest";
import { deviation, noise } from "../../../test/evaluate.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { topological } from "../../graph/topological.ts";
import { sizeOf } from "../../graph/types.ts";
import { scaledDotProductAttention } from "../../ops/attention.ts";
import { input } from "../../ops/leaves.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { compile } from "../compile.ts";
import { simplify } from "../passes/simplify.ts";
import { fuse } from "./fuse.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const shapes = { q: [2, 3, 10, 4], k: [2, 3, 7, 4], v: [2, 3, 7, 5], mask: [10, 7], row: [1, 7] };
type Name = keyof typeof shapes;
const leaf = (name: Name): Tensor => input({ name, shape: shapes[name] });
const feed = (...names: Name[]) => Object.fromEntries(names.map((name, seed) => [name, noise(shapes[name], { seed })]));
const ROW = 4 * 2 * 3 * 7; // bytes of all scores of one query

test.each([
  ["no mask", [], ROW * 4, 3],
  ["one query at a time", [], 1, 10],
  ["a mask", ["mask"], ROW * 3, 4],
  ["a mask for all queries", ["row"], ROW * 5, 2],
] as const)("attention with %s gives the same in slices", async (_, masks, scoreBytes, parts) => {
  const mask = masks.map(leaf)[0];
  const y = scaledDotProductAttention(leaf("q"), leaf("k"), leaf("v"), { mask });
  const sliced = fuse(simplify({ y }), { scoreBytes }).y;
  const kernels = topological([sliced]).filter(({ op }) => op.name === "fusedAttention" || op.name === "softmax");
  expect(kernels.length).toBe(parts);
  for (const { op, outputs } of kernels) {
    if (op.name === "softmax") expect(4 * sizeOf(outputs[0].shape)).toBeLessThanOrEqual(scoreBytes);
  }
  const feeds = feed("q", "k", "v", ...masks);
  const [full, partwise] = await Promise.all(
    [undefined, scoreBytes].map(async (limit) => {
      const program = await runtime.load(compile({ outputs: { y }, scoreBytes: limit }));
      return (await program.run(feeds)).y;
    }),
  );
  expect(deviation(partwise!, full!.data)).toBeLessThan(1e-6);
});

test("attention whose scores fit stays whole", () => {
  const y = scaledDotProductAttention(leaf("q"), leaf("k"), leaf("v"));
  const ops = topological([fuse(simplify({ y }), { scoreBytes: 10 * ROW }).y]).map(({ op }) => op.name);
  expect(ops.filter((name) => name === "fusedAttention")).toHaveLength(1);
});
