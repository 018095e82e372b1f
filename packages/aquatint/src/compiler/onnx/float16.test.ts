import { fromBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deviation, noise } from "../../../test/evaluate.ts";
import { ModelProtoSchema, TensorProto_DataType } from "../../formats/generated/onnx_pb.ts";
import { float32 } from "../../graph/host-tensor.ts";
import { Conv2d, GroupNorm, Linear } from "../../nn/layers.ts";
import { module, parameters } from "../../nn/module.ts";
import { silu } from "../../ops/activation.ts";
import { scaledDotProductAttention } from "../../ops/attention.ts";
import { add, mul, scale, sin } from "../../ops/elementwise.ts";
import { constant, input } from "../../ops/leaves.ts";
import { matmul } from "../../ops/matmul.ts";
import { layerNorm, softmax } from "../../ops/norm.ts";
import { mean } from "../../ops/reduce.ts";
import { upsampleNearest } from "../../ops/resize.ts";
import { reshape } from "../../ops/shape.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { compile } from "../compile.ts";
import type { Executable } from "../executable.ts";
import type { PrecisionPass } from "./emit.ts";
import { float16Pass } from "./float16.ts";

let full: Runtime;
beforeAll(async () => {
  full = await nodeRuntime({ threads: 1 });
});
afterAll(() => full[Symbol.asyncDispose]());

const x = input({ name: "x", shape: [1, 4, 6, 6] });
const noiseLeaf = constant({ value: noise([6]) });
const feeds = { x: noise([1, 4, 6, 6], { size: 2 }) };

/** Widths of small decoders. */
function small(float16?: PrecisionPass) {
  const [conv, norm, linear] = [Conv2d(4, 4, 3), GroupNorm(2, 4), Linear(6, 6)];
  const all = module({ conv, norm, linear }, () => {
    const h = upsampleNearest(silu(norm(conv(x))), { factor: 2 });
    const rows = reshape(h, { shape: [1, 4, 24, 6] });
    return add(scaledDotProductAttention(linear(rows), rows, rows), scale(rows, 0.5));
  });
  const names = parameters(all);
  const values = new Map(Array.from(names, ([name, { shape }], seed) => [name, noise(shape, { seed })]));
  return compile({ outputs: { y: all() }, parameters: { names, as: values }, float16 });
}

test("a program in half precision gives nearly the same, and not the same", async () => {
  const [float32Program, float16Program] = [await full.load(small()), await full.load(small(float16Pass))];
  const [expected, actual] = [(await float32Program.run(feeds)).y, (await float16Program.run(feeds)).y];
  expect(actual.dtype).toBe("float32");
  expect(deviation(actual, expected.data)).toBeLessThan(2e-2);
  expect(deviation(actual, expected.data)).toBeGreaterThan(1e-5);
});

test("beyond 65504 values are infinite", async () => {
  const executable = compile({ outputs: { y: scale(x, 1e5), twice: add(x, x) }, float16: float16Pass });
  const program = await full.load(executable);
  const { y, twice } = await program.run({ x: float32([1, 4, 6, 6], new Float32Array(144).fill(1)) });
  expect(y.data[0]).toBe(Number.POSITIVE_INFINITY);
  expect(twice.data[0]).toBe(2);
});

const { FLOAT, FLOAT16 } = TensorProto_DataType;

/** The graph of a program, and the element types of what casts give and of its constants. */
function graphOf({ model }: Pick<Executable, "model">) {
  const { node, initializer } = fromBinary(ModelProtoSchema, model).graph!;
  const types = new Map(initializer.map(({ name, dataType }) => [name, dataType]));
  for (const { opType, output, attribute } of node)
    if (opType === "Cast") types.set(output[0]!, Number(attribute.find(({ name }) => name === "to")!.i));
  return { node, initializer, types };
}

test("norms, softmax and reductions read and give float32; products are in float16", () => {
  const h = layerNorm(x, { weight: noiseLeaf, bias: noiseLeaf });
  const y = mul(softmax(matmul(h, h, { transB: true })), mean(h, { axes: [-1], keepDims: true }));
  const { node, types } = graphOf(compile({ outputs: { y }, float16: float16Pass }));
  for (const opType of ["LayerNormalization", "Softmax", "ReduceSum"]) {
    const { input: inputs, output: outputs } = node.find((n) => n.opType === opType)!;
    expect(types.get(inputs[0]!) ?? FLOAT, opType).toBe(FLOAT);
    const readers = node.filter((n) => n.input.includes(outputs[0]!)).map((n) => n.opType);
    expect(readers, opType).toEqual(["Cast"]);
  }
  const product = node.find(({ opType }) => opType.includes("MatMul"))!;
  expect(node.find(({ output }) => output[0] === product.input[0])!.opType).toBe("Add");
});

test("angles keep the precision of their arguments", async () => {
  const [t, times] = [input({ name: "t", shape: [3] }), Float32Array.of(999.43, 517.21, 3.3)];
  const y = sin(scale(t, 1.0001));
  const program = await full.load(compile({ outputs: { y }, float16: float16Pass }));
  const expected = times.map((v) => Math.sin(v * 1.0001));
  expect(deviation((await program.run({ t: float32([3], times) })).y, expected)).toBeLessThan(1e-3);
});

test("weights are in the program once, in float16; what files have in float16 is taken as it is", () => {
  const linear = Linear(64, 64, { bias: false });
  const y = linear(input({ name: "x", shape: [2, 64] }));
  const names = parameters(linear);
  const inline = compile({
    outputs: { y },
    parameters: { names, as: new Map([["weight", noise([64, 64])]]) },
    float16: float16Pass,
  });
  expect(inline.model.length).toBeLessThan(2 * 64 * 64 + 1000);
  const stored = { location: "w.safetensors", offset: 8, length: 2 * 64 * 64, stored: "float16" } as const;
  const external = compile({
    outputs: { y },
    parameters: { names, as: new Map([["weight", stored]]) },
    float16: float16Pass,
  });
  const { node, types } = graphOf(external);
  const { input: operands } = node.find(({ opType }) => opType.includes("MatMul") || opType === "Gemm")!;
  expect(types.get(operands[1]!)).toBe(FLOAT16);
  expect(node.filter(({ opType }) => opType === "Cast")).toHaveLength(2);
});
