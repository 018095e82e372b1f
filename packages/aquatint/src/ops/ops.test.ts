import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { module } from "../nn/module.ts";
import { nodeRuntime } from "../runtime/node.ts";
import type { Runtime } from "../runtime/types.ts";
import { measure, type OpCase } from "./conformance.cases.ts";
import { convCases } from "./conv.cases.ts";
import { elementwiseCases } from "./elementwise.cases.ts";
import { gatherCases } from "./gather.cases.ts";
import { add, concat, conv2d, embedding, input, matmul, reshape, slice, transpose, where } from "./index.ts";
import { matmulCases } from "./matmul.cases.ts";
import { normCases } from "./norm.cases.ts";
import { reduceCases } from "./reduce.cases.ts";
import { shapeCases } from "./shape.cases.ts";

const cases: readonly OpCase[] = [
  ...elementwiseCases,
  ...reduceCases,
  ...shapeCases,
  ...matmulCases,
  ...convCases,
  ...normCases,
  ...gatherCases,
];

describe("every op equals its float64 reference, with its first and second derivatives:", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await nodeRuntime({ threads: 1 });
  });
  afterAll(() => runtime[Symbol.asyncDispose]());

  test.each(cases.map((one) => [one.name, one] as const))("%s", async (_, one) => {
    const { shape, wantedShape, value, gradient = 0, second = 0 } = await measure(runtime, one);
    expect(shape).toEqual(wantedShape);
    expect(value).toBeLessThan(1e-5);
    expect(gradient).toBeLessThan(1e-4);
    expect(second).toBeLessThan(1e-4);
  });
});

describe("what does not fit is refused, with the op, its inputs and the module:", () => {
  const float = (...shape: number[]) => input({ name: "x", dtype: "float32", shape });
  const ids = input({ name: "ids", dtype: "int32", shape: [2] });
  test.each([
    [
      "add of other shapes",
      () => add(float(2, 3), float(2)),
      "add(float32[2,3], float32[2]) in mid.proj: cannot broadcast [2,3] with [2]",
    ],
    [
      "add of two element types",
      () => add(float(2), ids),
      "add(float32[2], int32[2]) in mid.proj: both operands must have one element type",
    ],
    [
      "matmul",
      () => matmul(float(2, 3), float(4, 3)),
      "matmul(float32[2,3], float32[4,3]) in mid.proj: inner sizes 3 and 4 differ",
    ],
    [
      "matmul of integers",
      () => matmul(float(2, 3), ids),
      "matmul(float32[2,3], int32[2]) in mid.proj: expected float32, got int32",
    ],
    [
      "channels",
      () => conv2d(float(1, 3, 8, 8), float(4, 2, 3, 3)),
      "conv2d(float32[1,3,8,8], float32[4,2,3,3]) in mid.proj: the picture has 3 channels, the kernel wants 2",
    ],
    [
      "a kernel that is too big",
      () => conv2d(float(1, 2, 2, 2), float(4, 2, 3, 3)),
      "conv2d(float32[1,2,2,2], float32[4,2,3,3]) in mid.proj: a 3x3 kernel does not fit a 2x2 picture",
    ],
    [
      "reshape",
      () => reshape(float(2, 3), { shape: [4] }),
      "reshape(float32[2,3]) in mid.proj: 6 elements do not fill [4]",
    ],
    [
      "transpose",
      () => transpose(float(2, 3), { perm: [0, 0] }),
      "transpose(float32[2,3]) in mid.proj: [0,0] is no order of 2 axes",
    ],
    [
      "slice",
      () => slice(float(2, 3), { axis: 1, start: 1, end: 4 }),
      "slice(float32[2,3]) in mid.proj: 1 to 4 is outside of 0 to 3",
    ],
    [
      "concat",
      () => concat([float(2, 3), float(3, 3)], { axis: 1 }),
      "concat(float32[2,3], float32[3,3]) in mid.proj: shapes may differ along axis 1 only",
    ],
    [
      "where",
      () => where(float(2), float(2), float(2)),
      "where(float32[2], float32[2], float32[2]) in mid.proj: the condition must be bool",
    ],
    [
      "indices that are no integers",
      () => embedding(float(4, 2), float(3)),
      "embedding(float32[4,2], float32[3]) in mid.proj: expected int32, got float32",
    ],
  ])("%s", (_, trace, message) => {
    const proj = module({}, trace);
    module({ mid: module({ proj }, () => undefined) }, () => undefined);
    expect(proj).toThrow(expect.objectContaining({ code: "shape/mismatch", message }));
  });
});
