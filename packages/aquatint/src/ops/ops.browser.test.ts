import { describe, expect, test } from "vitest";
import { webRuntime } from "../runtime/runtime.web.ts";
import { agree, exceptionFor, selectCases, webgpuExceptions } from "./cases/devices.cases.ts";
import { measure, probe } from "./cases/measure.cases.ts";

const adapter = await navigator.gpu?.requestAdapter();

describe.skipIf(!adapter)("on WebGPU, with nothing left to the CPU,", () => {
  test("every op and its gradient equal the float64 reference, but for the exceptions", async () => {
    await using runtime = await webRuntime({ device: "webgpu", cpuFallback: false });
    await agree(runtime, selectCases(6), webgpuExceptions);
  });

  test("the exceptions are none that could be struck out", async () => {
    await using runtime = await webRuntime({ device: "webgpu", cpuFallback: false });
    const able: string[] = [];
    for (const namedCase of selectCases(1)) {
      if (!exceptionFor(namedCase, webgpuExceptions)) continue;
      await measure(runtime, [probe(namedCase.opCase, { orders: 1 })]).then(
        () => able.push(namedCase.title),
        (error) => expect(error).toHaveProperty("code", "runtime/failed"),
      );
    }
    expect(able).toEqual([]);
  });

  test("an exception runs on the CPU when that is allowed", async () => {
    await using runtime = await webRuntime({ device: "webgpu" });
    await agree(
      runtime,
      selectCases(6).filter((namedCase) => exceptionFor(namedCase, webgpuExceptions)),
    );
  });
});

test("on wasm every op and its gradient equal the float64 reference", async () => {
  await using runtime = await webRuntime();
  await agree(runtime, selectCases(6));
});
