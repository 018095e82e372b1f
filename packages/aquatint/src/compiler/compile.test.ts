import { expect, test } from "vitest";
import { float32 } from "../graph/host-tensor.ts";
import { Linear } from "../nn/layers.ts";
import { module, parameters } from "../nn/module.ts";
import { add, scale } from "../ops/elementwise.ts";
import { input, param } from "../ops/leaves.ts";
import { nodeRuntime } from "../runtime/runtime.node.ts";
import { compile } from "./compile.ts";

const x = input({ name: "x", shape: [1, 2] });
const float = (shape: readonly number[], ...values: number[]) => float32(shape, values);

test("feeds, state, results and updates are told apart", async () => {
  const layer = Linear(2, 2);
  const names = parameters(layer, "layer");
  const { weight } = layer.children;
  const executable = compile({
    outputs: { y: layer(x) },
    updates: { "layer.weight": scale(weight, 2) },
    parameters: { names, as: "state" },
  });
  const { model: _, ...description } = executable;
  expect(description).toEqual({
    weightFiles: [],
    feeds: { x: { dtype: "float32", shape: [1, 2] } },
    stateInputs: {
      "layer.weight": { dtype: "float32", shape: [2, 2] },
      "layer.bias": { dtype: "float32", shape: [2] },
    },
    results: { y: { dtype: "float32", shape: [1, 2] } },
    updates: { "next:layer.weight": "layer.weight" },
    memory: { weights: 0, stored: 0, activations: expect.any(Number) },
  });

  const runtime = await nodeRuntime({ threads: 1 });
  const program = await runtime.load(executable);
  const state = await runtime.createState({
    "layer.weight": float([2, 2], 1, 2, 3, 4),
    "layer.bias": float([2], 10, 20),
  });
  const { y } = await program.run({ x: float([1, 2], 1, 1) }, { state });
  expect(Array.from(y.data)).toEqual([13, 27]);
  expect(Array.from((await state.read(["layer.weight"]))["layer.weight"].data)).toEqual([2, 4, 6, 8]);
  await runtime[Symbol.asyncDispose]();
});

test("parameters become constants, those of the file keep their place in it", async () => {
  const layer = Linear(2, 2);
  const names = parameters(layer);
  const inMemory = new Map([
    ["weight", float([2, 2], 1, 2, 3, 4)],
    ["bias", float([2], 10, 20)],
  ]);
  const executable = compile({ outputs: { y: layer(x) }, parameters: { names, as: inMemory } });
  expect(executable.stateInputs).toEqual({});
  const runtime = await nodeRuntime({ threads: 1 });
  const { y } = await (await runtime.load(executable)).run({ x: float([1, 2], 1, 1) });
  expect(Array.from(y.data)).toEqual([13, 27]);
  await runtime[Symbol.asyncDispose]();

  const location = "w.safetensors";
  const inFile = new Map([
    ["weight", { location, offset: 0, length: 16 }],
    ["bias", { location, offset: 64, length: 8 }],
  ]);
  const mapped = compile({
    outputs: { y: layer(x) },
    parameters: { names, as: inFile },
    weightsFolder: "/weights",
  });
  expect(mapped.weightsFolder).toBe("/weights");
  expect(new TextDecoder("latin1").decode(mapped.model)).toContain("w.safetensors");
});

test("a parameter at two paths is one input, named by the first", () => {
  const shared = param({ shape: [1, 2], init: "zeros" });
  const both = module({ a: shared, b: shared }, () => add(add(x, shared), shared));
  const { stateInputs } = compile({
    outputs: { y: both() },
    parameters: { names: parameters(both), as: "state" },
  });
  expect(Object.keys(stateInputs)).toEqual(["a"]);
});

test("a parameter without a value is refused by its name", () => {
  const layer = Linear(2, 2);
  const as = new Map([["weight", float([2, 2], 1, 2, 3, 4)]]);
  const compilation = () => compile({ outputs: { y: layer(x) }, parameters: { names: parameters(layer), as } });
  expect(compilation).toThrow(
    expect.objectContaining({ code: "graph/unbound-parameter", message: "no value was given for the parameter bias" }),
  );
});

test("outputs may have any names but those of inputs and parameters", async () => {
  const [v, c] = [scale(x, 2), add(x, scale(x, 3))];
  const runtime = await nodeRuntime({ threads: 1 });
  const program = await runtime.load(compile({ outputs: { v1: v, v0: c, c0: x, c1: scale(v, 5) } }));
  const results = await program.run({ x: float([1, 2], 1, 2) });
  expect(Object.entries(results).map(([name, { data }]) => [name, ...data])).toEqual([
    ["v1", 2, 4],
    ["v0", 4, 8],
    ["c0", 1, 2],
    ["c1", 10, 20],
  ]);
  await runtime[Symbol.asyncDispose]();
  const message = 'an output is called "x", as an input or a parameter is';
  expect(() => compile({ outputs: { x: v } })).toThrow(expect.objectContaining({ code: "graph/output-name", message }));
});
