import { afterAll, beforeAll, expect, test } from "vitest";
import { float32 } from "../../graph/host-tensor.ts";
import { add, scale } from "../../ops/elementwise.ts";
import { input } from "../../ops/leaves.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { inChunks } from "./in-chunks.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

test.each([1, 2, 3, 5])("%i samples, two at a time, give what each gives alone", async (n) => {
  const trace = (chunk: number) => {
    const x = input({ name: "x", dtype: "float32", shape: [chunk, 2] });
    const y = input({ name: "y", dtype: "float32", shape: [chunk, 1] });
    return { sum: add(x, y), double: scale(y, 2) };
  };
  await using network = inChunks({ runtime, parameters: { names: new Map(), as: new Map() }, chunk: 2, trace });
  const x = float32(
    [n, 2],
    Array.from({ length: 2 * n }, (_, i) => i),
  );
  const y = float32(
    [n, 1],
    Array.from({ length: n }, (_, i) => 10 * i),
  );
  const { sum, double } = await network.run({ x, y });
  expect(sum).toEqual(
    float32(
      [n, 2],
      Array.from(x.data, (v, i) => v + 10 * Math.floor(i / 2)),
    ),
  );
  expect(double).toEqual(
    float32(
      [n, 1],
      Array.from(y.data, (v) => 2 * v),
    ),
  );
});
