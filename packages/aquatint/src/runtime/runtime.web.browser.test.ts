import { describe, expect, test } from "vitest";
import { deviation, noise } from "../../test/evaluate.ts";
import { compile } from "../compiler/compile.ts";
import { blockwisePass, blockwiseWeight } from "../compiler/int8/blockwise.ts";
import type { PrecisionPass } from "../compiler/onnx/emit.ts";
import { float16Pass } from "../compiler/onnx/float16.ts";
import { Linear } from "../nn/layers.ts";
import { parameters } from "../nn/module.ts";
import { input } from "../ops/leaves.ts";
import { average, descend, float } from "./cases/models.cases.ts";
import { describeRuntime } from "./cases/runtime.cases.ts";
import { expectFloat16 } from "./float16.ts";
import { webRuntime } from "./runtime.web.ts";

describe("the runtime of the browser on wasm", () => {
  describeRuntime(webRuntime, "cuda");

  test("an isolated page has threads", async () => {
    await using runtime = await webRuntime();
    expect(runtime.threads).toBe(crossOriginIsolated ? navigator.hardwareConcurrency : 1);
  });
  test("wasm files that are not where they should be are an error that says so", async () => {
    await expect(webRuntime({ wasmPaths: { wasm: "/nowhere.wasm" } })).rejects.toMatchObject({
      code: "runtime/device",
      message: expect.stringContaining("wasm"),
      hint: expect.stringContaining("wasmPaths"),
    });
  });
});

const adapter = await navigator.gpu?.requestAdapter();

test.skipIf(!adapter)("WebGPU gives the same numbers", async () => {
  await using runtime = await webRuntime({ device: "webgpu" });
  expect(runtime.device).toBe("webgpu");
  await using state = await runtime.createState({ w: float(1, 1, 1), m: float(0, 0, 0) });
  await using descending = await runtime.load(descend);
  await using averaging = await runtime.load(average);
  for (let i = 0; i < 3; i++) await descending.run({ rate: float(0.5), slope: float(1, 2, 3) }, { state });
  await averaging.run({}, { state });
  expect(await state.read()).toEqual({ w: float(-0.5, -2, -3.5), m: float(-0.25, -1, -1.75) });
});

const x = input({ name: "x", shape: [20, 40] });
const feeds = { x: noise([20, 40]) };

/** A linear layer of 40 inputs whose weight is in blocks of 4 bits. */
function linearInBlocks(float16?: PrecisionPass) {
  const linear = Linear(40, 24);
  const values = new Map([
    ["weight", noise([24, 40], { seed: 1 })],
    ["bias", noise([24], { seed: 2 })],
  ]);
  const int8 = blockwisePass(new Map([["weight", blockwiseWeight(values.get("weight")!, 4)]]), 4);
  return compile({ outputs: { y: linear(x) }, parameters: { names: parameters(linear), as: values, int8 }, float16 });
}

test.skipIf(!adapter)("weights in 4 bits give the same on WebGPU and on wasm", async () => {
  await using wasm = await webRuntime();
  await using expected = await wasm.load(linearInBlocks());
  const { y } = await expected.run(feeds);
  await using webgpu = await webRuntime({ device: "webgpu", cpuFallback: false });
  await using program = await webgpu.load(linearInBlocks());
  expect(deviation((await program.run(feeds)).y, y.data)).toBeLessThan(1e-5);
});

test.skipIf(!adapter)("float16 computes where the adapter has it, and is refused where it has not", async () => {
  await using runtime = await webRuntime({ device: "webgpu" });
  const check = expectFloat16(runtime);
  if (!adapter?.features.has("shader-f16")) {
    await expect(check).rejects.toMatchObject({
      code: "runtime/float16",
      message: expect.stringContaining('the device "webgpu" does not compute in float16'),
      hint: expect.stringContaining("shader-f16"),
    });
    return;
  }
  await check;
  await using exact = await runtime.load(linearInBlocks());
  await using program = await runtime.load(linearInBlocks(float16Pass));
  const { y } = await exact.run(feeds);
  expect(deviation((await program.run(feeds)).y, y.data)).toBeLessThan(1e-2);
});
