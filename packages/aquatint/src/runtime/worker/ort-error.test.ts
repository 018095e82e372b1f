import { afterAll, beforeAll, expect, test } from "vitest";
import { evaluate } from "../../../test/evaluate.ts";
import { grad } from "../../autodiff/grad.ts";
import type { Emitter } from "../../graph/emitter.ts";
import { float32 } from "../../graph/host-tensor.ts";
import { defineOp, type OpFn } from "../../graph/op.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { Type } from "../../graph/types.ts";
import { module } from "../../nn/module.ts";
import { mul } from "../../ops/elementwise.ts";
import { embedding } from "../../ops/gather.ts";
import { input } from "../../ops/leaves.ts";
import { sum } from "../../ops/reduce.ts";
import { nodeRuntime } from "../runtime.node.ts";
import type { Runtime } from "../types.ts";
import { ortError } from "./ort-error.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const table = input({ name: "table", shape: [3, 2] });
const feeds = { table: float32([3, 2], [1, 2, 3, 4, 5, 6]) };
/** The module "text.0" around `forward`. */
const inText = (forward: () => Tensor): Tensor => {
  const part = module({}, forward);
  return module({ text: [part] }, () => part())();
};
const broken = (emit: (e: Emitter, x: readonly [string]) => string): OpFn<[x: Tensor]> =>
  defineOp<[x: Tensor], undefined, Type>({
    name: "broken",
    infer: ([x]) => x,
    emit,
    grad: ([dy], { inputs: [x] }) => [brokenGradient(mul(dy, x))],
  });
const brokenGradient: OpFn<[x: Tensor]> = defineOp({
  name: "brokenGradient",
  infer: ([x]) => x,
  emit: (e, [x]) => e.node("Reshape", [x, e.constant("int64", [3, 7])]),
  grad: "unsupported",
});
const square = broken((e, [x]) => e.node("Mul", [x, x]));

test("a node that fails when it runs is named by its op and its module, with what to look at", async () => {
  const ids = input({ name: "ids", dtype: "int32", shape: [2] });
  const y = inText(() => embedding(table, ids));
  const run = evaluate(
    runtime,
    { y },
    { feeds: { ...feeds, ids: { dtype: "int32", shape: [2], data: Int32Array.of(0, 7) } } },
  );
  await expect(run).rejects.toMatchObject({
    code: "runtime/failed",
    message: expect.stringMatching(
      /^ONNX Runtime could not run indexSelect in text\.0 \(Gather\): indices element out of data bounds, idx=7/,
    ),
    hint: expect.stringContaining("values"),
  });
});

test.each<[string, Parameters<typeof broken>[0], string]>([
  ["a wrong attribute", (e, x) => e.node("Transpose", x, { perm: [0, 0] }), "repeated value"],
  ["wrong shapes", (e, x) => e.node("Add", [x[0], e.constant("float32", [1, 2, 3, 4, 5])]), "Incompatible"],
  ["a wrong element type", (e, x) => e.node("And", [x[0], x[0]]), "tensor(float)"],
  ["no such operator", (e, x) => e.node("Nonsense", x), "Nonsense"],
])("a node that cannot be loaded is named: %s", async (_, emit, message) => {
  const y = inText(() => broken(emit)(table));
  await expect(evaluate(runtime, { y }, { feeds })).rejects.toMatchObject({
    code: "runtime/failed",
    message: expect.stringMatching(/^ONNX Runtime could not load broken in text\.0 \(\w+\): /),
    hint: expect.stringContaining("emit"),
  });
  await expect(evaluate(runtime, { y }, { feeds })).rejects.toThrow(message);
});

test("a node of the gradient is named by the module whose gradient it is", async () => {
  const loss = sum(inText(() => square(table)));
  const [d] = grad(loss, [table]);
  await expect(evaluate(runtime, { d: d! }, { feeds })).rejects.toThrow(
    "brokenGradient in text.0 (gradient) (Reshape)",
  );
});

test("what names no node of ours keeps its words, and memory that ran out is told", () => {
  expect(ortError("load", new Error("protobuf parsing failed"))).toMatchObject({
    message: "ONNX Runtime could not load the program: protobuf parsing failed",
    hint: undefined,
  });
  expect(ortError("run", new Error("Failed to allocate memory for requested buffer of size 7"))).toMatchObject({
    hint: expect.stringContaining("smaller batch"),
  });
});
