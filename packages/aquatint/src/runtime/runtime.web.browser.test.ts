import { describe, expect, test } from "vitest";
import { average, descend, float } from "./cases/models.cases.ts";
import { describeRuntime } from "./cases/runtime.cases.ts";
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
