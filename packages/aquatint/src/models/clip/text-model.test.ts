import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deviation, evaluate, noiseWeights } from "../../../test/evaluate.ts";
import { toFloat32 } from "../../formats/safetensors/half.ts";
import { parseSafetensors } from "../../formats/safetensors/safetensors.ts";
import { type HostTensor, sizeOf } from "../../graph/types.ts";
import { expectKeys, parameters } from "../../nn/module.ts";
import { input } from "../../ops/leaves.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { CLIPTextModel, parseClipTextConfig, skipLayers } from "./index.ts";

const fixture = (file: string) => readFile(new URL(`../../../test/fixtures/tiny-clip/${file}`, import.meta.url));
const tensors = async (file: string) => parseSafetensors(await fixture(file)).tensors;

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const tokens = (shape: readonly number[], values: ArrayLike<number>): HostTensor => ({
  dtype: "int32",
  shape,
  data: Int32Array.from(values),
});

test("hidden states and the pooled vector equal those of transformers", async () => {
  const config = parseClipTextConfig(JSON.parse(new TextDecoder().decode(await fixture("config.json"))));
  const model = CLIPTextModel(config);
  const names = parameters(model);
  const weights = await tensors("model.safetensors");
  expectKeys("model.safetensors", names, weights);
  const reference = await tensors("reference.safetensors");
  const { shape, data } = reference.get("ids")!;
  const ids = tokens(shape, new Int32Array(new Uint8Array(data).buffer));
  const { lastHiddenState, hiddenStates, pooled } = model(input({ name: "ids", dtype: "int32", shape }));
  expect(hiddenStates).toHaveLength(4);
  const values = new Map(
    Array.from(weights, ([name, raw]) => [name, { dtype: "float32" as const, shape: raw.shape, data: toFloat32(raw) }]),
  );
  const outputs = { last_hidden_state: lastHiddenState, penultimate: hiddenStates.at(-2)!, pooled };
  const results = await evaluate(runtime, outputs, { feeds: { ids }, names, values });
  for (const [name, tensor] of Object.entries(results)) {
    expect(deviation(tensor, toFloat32(reference.get(name)!)), name).toBeLessThan(1e-5);
  }
});

describe("where the text ends", () => {
  const small = {
    vocab_size: 10,
    hidden_size: 4,
    intermediate_size: 4,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    max_position_embeddings: 5,
  };
  const ids = tokens([2, 5], [8, 1, 6, 9, 9, 8, 6, 1, 6, 6]);
  const rowsOf = async (eos_token_id: number) => {
    const model = CLIPTextModel(parseClipTextConfig({ ...small, eos_token_id }));
    const names = parameters(model);
    const { lastHiddenState, pooled } = model(input({ name: "ids", dtype: "int32", shape: [2, 5] }));
    const outputs = { last: lastHiddenState, pooled };
    const { last, pooled: actual } = await evaluate(runtime, outputs, {
      feeds: { ids },
      names,
      values: noiseWeights(names),
    });
    const row = (b: number, n: number) => Array.from(last!.data.slice((b * 5 + n) * 4, (b * 5 + n + 1) * 4));
    const at = (b: number) => Array.from(actual!.data.slice(b * 4, b * 4 + 4));
    return [0, 1].map((b) => [0, 1, 2, 3, 4].find((n) => String(row(b, n)) === String(at(b))));
  };
  test("is its first end token", async () => expect(await rowsOf(6)).toEqual([2, 1]));
  test("is its highest id where the config says 2, as configs of old do", async () =>
    expect(await rowsOf(2)).toEqual([3, 0]));
});

test("the structures of Stable Diffusion 1.x and 2.x, at full size", () => {
  const count = (json: object) => {
    const names = parameters(CLIPTextModel(parseClipTextConfig(json)));
    return [names.size, [...names.values()].reduce((n, { shape }) => n + sizeOf(shape), 0)];
  };
  const large = { hidden_size: 768, intermediate_size: 3072, num_attention_heads: 12 };
  const huge = {
    hidden_size: 1024,
    intermediate_size: 4096,
    num_attention_heads: 16,
    num_hidden_layers: 23,
    hidden_act: "gelu",
  };
  expect(count(large)).toEqual([196, 123_060_480]);
  expect(count(huge)).toEqual([372, 340_387_840]);
});

test("more tokens than places, more layers than there are, and heads that do not share the width, are refused", () => {
  const model = CLIPTextModel(
    parseClipTextConfig({ hidden_size: 8, max_position_embeddings: 4, num_hidden_layers: 1 }),
  );
  expect(() => model(input({ name: "ids", dtype: "int32", shape: [1, 5] }))).toThrow(
    "5 tokens are more than the 4 of this encoder",
  );
  const encoding = model(input({ name: "ids", dtype: "int32", shape: [1, 4] }));
  expect(() => skipLayers(model, encoding, 2)).toThrow("expected from 0 to 1 layers to leave out, got 2");
  expect(() => skipLayers(model, encoding, 0.5)).toThrow("got 0.5");
  expect(() => parseClipTextConfig({ hidden_size: 30 })).toThrow(
    `"hidden_size" must be a multiple of "num_attention_heads"`,
  );
});
