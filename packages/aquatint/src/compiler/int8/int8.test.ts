import { fromBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deviation, noise, scattered } from "../../../test/evaluate.ts";
import { ModelProtoSchema } from "../../formats/generated/onnx_pb.ts";
import { float32, float32Data } from "../../graph/host-tensor.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { topological } from "../../graph/topological.ts";
import { type HostTensor, type Shape, sizeOf } from "../../graph/types.ts";
import { Conv2d, Linear } from "../../nn/layers.ts";
import { module, parameters } from "../../nn/module.ts";
import { abs, add, mul } from "../../ops/elementwise.ts";
import { input } from "../../ops/leaves.ts";
import { upsampleNearest } from "../../ops/resize.ts";
import { split } from "../../ops/shape.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { type CompileOptions, compile, compileSplit } from "../compile.ts";
import { affineOf } from "./affine.ts";
import { int8Pass } from "./int8.ts";
import { layerUses, noiseOf } from "./uses.ts";
import type { QuantizedLayer } from "./weight.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const range = { min: -2, max: 3 };
const int8 = (shape: Shape, values: ArrayLike<number>): HostTensor<"int8"> => ({
  dtype: "int8",
  shape,
  data: Int8Array.from(values),
});

/** A layer of whole numbers from -127 to 127, and the float32 weight that it stands for. */
function layer(shape: Shape, values?: readonly number[]) {
  const [o = 1] = shape;
  const integers = values ?? Array.from(scattered(sizeOf(shape), { from: -127, to: 127 }), Math.round);
  const scale = Float32Array.from({ length: o }, (_, i) => 0.001 * (1 + i));
  const quantized = { weight: int8(shape, integers), scale, input: range } satisfies QuantizedLayer;
  const size = sizeOf(shape) / o;
  const weight = float32(
    shape,
    Float32Array.from(integers, (q, i) => q * scale[Math.floor(i / size)]!),
  );
  return { integers, scale, quantized, weight };
}

async function run(outputs: Readonly<Record<"y", Tensor>>, options: Omit<CompileOptions, "outputs">, x: HostTensor) {
  await using program = await runtime.load(compile({ outputs, ...options }));
  return float32Data((await program.run({ x })).y);
}

const { scale: inputScale, zeroPoint } = affineOf(range);
const wholeInput = (x: HostTensor): number[] =>
  Array.from(
    x.data,
    (v) => Math.min(255, Math.max(0, Math.round(Math.fround(v / inputScale)) + zeroPoint)) - zeroPoint,
  );

/** Inputs at both ends of the range, whose products with the largest weights overflow 16 bits in pairs. */
const full = (shape: Shape) => float32(shape, new Float32Array(sizeOf(shape)).fill(9));

describe("a linear layer in 8 bits gives what whole numbers give", () => {
  const [m, k, o] = [5, 64, 24];
  const cases = {
    "scattered numbers": [layer([o, k]), noise([m, k], { size: 3 })],
    "the largest numbers": [layer([o, k], new Array(o * k).fill(127)), full([m, k])],
    "the smallest numbers": [layer([o, k], new Array(o * k).fill(-127)), full([m, k])],
  } as const;
  test.each(Object.entries(cases))("%s", async (_, [{ integers, scale, quantized, weight }, x]) => {
    const linear = Linear(k, o);
    const bias = noise([o]);
    const y = await run(
      { y: linear(input({ name: "x", shape: [m, k] })) },
      {
        parameters: {
          names: parameters(linear),
          as: new Map<string, HostTensor>([
            ["weight", weight],
            ["bias", bias],
          ]),
          int8: int8Pass(new Map([["weight", quantized]])),
        },
      },
      x,
    );
    const q = wholeInput(x);
    const exact = Array.from({ length: m * o }, (_v, at) => {
      const [row, column] = [Math.floor(at / o), at % o];
      const sum = Array.from({ length: k }, (_w, i) => q[row * k + i]! * integers[column * k + i]!).reduce(
        (a, b) => a + b,
      );
      return sum * inputScale * scale[column]! + bias.data[column]!;
    });
    expect(deviation(float32([m, o], y), exact)).toBeLessThan(1e-6);
  });
});

describe("a convolution in 8 bits gives what whole numbers give, rounded to its range", () => {
  const [c, o, side] = [8, 6, 5];
  const output = { min: -4, max: 5 };
  const cases = {
    "scattered numbers": [layer([o, c, 3, 3]), noise([1, c, side, side], { size: 3 })],
    "the largest numbers": [layer([o, c, 3, 3], new Array(o * c * 9).fill(127)), full([1, c, side, side])],
    "the smallest numbers": [layer([o, c, 3, 3], new Array(o * c * 9).fill(-127)), full([1, c, side, side])],
  } as const;
  test.each(Object.entries(cases))("%s", async (_, [{ integers, scale, quantized, weight }, x]) => {
    const conv = Conv2d(c, o, 3);
    const bias = noise([o]);
    const y = await run(
      { y: conv(input({ name: "x", shape: x.shape })) },
      {
        parameters: {
          names: parameters(conv),
          as: new Map<string, HostTensor>([
            ["weight", weight],
            ["bias", bias],
          ]),
          int8: int8Pass(new Map([["weight", { ...quantized, output }]])),
        },
      },
      x,
    );
    const q = wholeInput(x);
    const result = affineOf(output);
    for (let at = 0; at < y.length; at++) {
      const [channel, row, column] = [Math.floor(at / side ** 2), Math.floor(at / side) % side, at % side];
      const steps = inputScale * scale[channel]!;
      let sum = Math.round(bias.data[channel]! / steps);
      for (let i = 0; i < c; i++)
        for (let dy = 0; dy < 3; dy++)
          for (let dx = 0; dx < 3; dx++) {
            const [r, s] = [row + dy - 1, column + dx - 1];
            if (r < 0 || s < 0 || r >= side || s >= side) continue;
            sum += q[(i * side + r) * side + s]! * integers[((channel * c + i) * 3 + dy) * 3 + dx]!;
          }
      const exact = Math.min(255, Math.max(0, (sum * steps) / result.scale + result.zeroPoint));
      const steppedValue = y[at]! / result.scale + result.zeroPoint;
      expect(Math.abs(steppedValue - exact)).toBeLessThan(0.5 + 1e-3);
    }
  });
});

describe("a graph in 8 bits", () => {
  const [conv, other] = [Conv2d(8, 8, 3), Conv2d(8, 8, 3)];
  const [query, key, gate] = [Linear(16, 16), Linear(16, 16), Linear(16, 32)];
  const net = module({ conv, other, query, key, gate }, () => {});
  const names = parameters(net);
  const layers = new Map<string, QuantizedLayer>(
    ["conv", "other", "query", "key", "gate"].map((name) => {
      const example = layer(names.get(`${name}.weight`)!.shape);
      return [`${name}.weight`, { ...example.quantized, output: { min: -20, max: 20 } }] as const;
    }),
  );
  const as = new Map(
    Array.from(names, ([name, { shape }]) => [name, layers.has(name) ? layer(shape).weight : noise(shape)] as const),
  );
  const x = input({ name: "x", shape: [2, 16] });
  const image = input({ name: "x", shape: [1, 8, 4, 4] });
  const opsOf = (y: Tensor) => topological([int8Pass(layers).apply({ y }, names).outputs.y]).map(({ op }) => op.name);
  const count = (y: Tensor, name: string) => opsOf(y).filter((op) => op === name).length;

  /** Deviation from float32 in signal to noise, dB. */
  async function signalToNoise(y: Tensor, feed: HostTensor) {
    const exact = await run({ y }, { parameters: { names, as } }, feed);
    const rounded = await run({ y }, { parameters: { names, as, int8: int8Pass(layers) } }, feed);
    const noisePower = exact.reduce((sum, v, i) => sum + (v - rounded[i]!) ** 2, 0);
    return 10 * Math.log10(exact.reduce((sum, v) => sum + v * v, 0) / noisePower);
  }

  test("rounds an activation once for the layers that read it", async () => {
    const y = add(query(x), key(x));
    expect(count(y, "quantize")).toBe(1);
    expect(count(y, "int8Linear")).toBe(2);
    expect(await signalToNoise(y, noise([2, 16], { size: 2 }))).toBeGreaterThan(35);
  });

  // without VNNI, ONNX Runtime gives each of them a uint8 one by its name, and fails at a name that it has
  test("gives each convolution a zero point of its own", async () => {
    const y = add(conv(image), other(image));
    const { model } = compile({ outputs: { y }, parameters: { names, as, int8: int8Pass(layers) } });
    const convolutions = fromBinary(ModelProtoSchema, model).graph!.node.filter((n) => n.opType === "QLinearConv");
    expect(new Set(convolutions.map((n) => n.input[5])).size).toBe(2);
    expect(await signalToNoise(y, noise(image.shape, { size: 2 }))).toBeGreaterThan(20);
  });

  test("keeps a layer that is applied twice in float32", async () => {
    const y = conv(conv(image));
    expect(opsOf(y)).not.toContain("int8Conv");
    expect(await signalToNoise(y, noise(image.shape, { size: 2 }))).toBeGreaterThan(20);
  });

  // between nodes that quantize, ONNX Runtime would make the layer itself one in 8 bits
  test("has its noise measured in float32 arithmetic", () => {
    const uses = layerUses({ y: conv(image) }, names);
    const measure = noiseOf(uses, () => ({ input: range, output: range }));
    expect(uses).toHaveLength(1);
    expect(topological([measure]).map(({ op }) => op.name)).not.toContain("quantize");
  });

  test("splits the weights of a layer whose result is split", async () => {
    const [a, b] = split(gate(x), { axis: -1, sizes: [16, 16] }) as [Tensor, Tensor];
    const y = mul(a, b);
    expect(count(y, "int8Linear")).toBe(2);
    expect(await signalToNoise(y, noise([2, 16], { size: 2 }))).toBeGreaterThan(30);
  });

  test("rounds an image before its pixels are repeated", async () => {
    const y = conv(upsampleNearest(image, { factor: 2 }));
    expect(opsOf(y).indexOf("quantize")).toBeLessThan(opsOf(y).indexOf("upsampleNearest"));
    expect(await signalToNoise(y, noise(image.shape, { size: 2 }))).toBeGreaterThan(30);
  });

  test("widens a weight that something else reads, too", async () => {
    const square = input({ name: "x", shape: [16, 16] });
    const y = add(query(square), abs(names.get("query.weight")!));
    expect(await signalToNoise(y, noise([16, 16], { size: 2 }))).toBeGreaterThan(35);
  });

  test("keeps its weights beside a part that is computed once", async () => {
    const { prologue, body, state } = compileSplit(
      {
        outputs: { y: add(query(x), key(input({ name: "context", shape: [2, 16] }))) },
        parameters: { names, as, int8: int8Pass(layers) },
      },
      new Set(["context"]),
    );
    expect(prologue?.feeds).toEqual({ context: { dtype: "float32", shape: [2, 16] } });
    expect(Object.keys(body.feeds)).toEqual(["x"]);
    expect(Object.keys(state)).toHaveLength(1);
  });
});
