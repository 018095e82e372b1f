import { describe, expect, test } from "vitest";
import { deviation } from "../../../test/evaluate.ts";
import { webRuntime } from "../../runtime/runtime.web.ts";
import { compile } from "../compile.ts";
import { upsampledCases, upsampledGraph } from "./upsampled-conv.cases.ts";

const adapter = await navigator.gpu?.requestAdapter();

/** Programs are slow to make where a processor draws for WebGPU. */
const cases = { wasm: upsampledCases, webgpu: upsampledCases.slice(0, 1) };

describe.each(["wasm", "webgpu"] as const)("on %s", (device) => {
  test.skipIf(device === "webgpu" && !adapter)("convolutions of repeated pixels read the image itself", async () => {
    await using runtime = await webRuntime({ device, cpuFallback: device === "wasm" });
    for (const upsampledCase of cases[device]) {
      const { outputs, feeds } = upsampledGraph(upsampledCase);
      await using program = await runtime.load(compile({ outputs }));
      const { y, expected } = await program.run(feeds);
      expect({ about: upsampledCase.about, shape: y.shape }).toEqual({
        about: upsampledCase.about,
        shape: expected.shape,
      });
      expect(deviation(y, expected.data), upsampledCase.about).toBeLessThan(1e-5);
    }
  });
});
