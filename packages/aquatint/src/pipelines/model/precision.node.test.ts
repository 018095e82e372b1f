import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { noise } from "../../../test/evaluate.ts";
import { float32 } from "../../graph/host-tensor.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { generate, openTextToImage } from "../generate.node.ts";
import { textToImageNetwork } from "../network/network.ts";
import { withPrecision } from "./precision.ts";
import type { Precision } from "./precision-names.ts";

const model = fileURLToPath(new URL("../../../test/fixtures/conditioned/sd", import.meta.url));

let runtime: Runtime;
let exact: Float32Array | undefined;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const decibels = (exact: ArrayLike<number>, other: ArrayLike<number>) => {
  const power = (values: readonly number[]) => values.reduce((sum, v) => sum + v * v, 0);
  const values = Array.from(exact);
  return 10 * Math.log10(power(values) / power(values.map((v, i) => v - other[i]!)));
};

/** The U-Net's output on the CPU, which computes float16 as a GPU does but for the time it takes. */
async function predicted(precision: Precision, { repeated = false } = {}) {
  const opened = withPrecision(await openTextToImage(model), { precision, device: "webgpu" });
  await using network = textToImageNetwork({ runtime, modules: opened.modules, ...(await opened.binding()) });
  const conditions = { context: noise([1, 77, 8]) };
  return network.predict(noise([1, 4, 8, 8], { seed: 1 }), 501.5, conditions, { repeated });
}

test.each([
  ["q8", 35, 70],
  ["q4", 12, 40],
  ["float16", 45, 90],
  ["q8f16", 35, 70],
] as const)("%s is close to float32, and not the same", async (precision, least, limit) => {
  exact ??= await predicted("float32");
  const ratio = decibels(exact, await predicted(precision, { repeated: precision === "q8f16" }));
  expect(ratio).toBeGreaterThan(least);
  expect(ratio).toBeLessThan(limit);
});

test("weights in 4 bits draw images, with mapped weights as well", async () => {
  const options = { model, prompt: "a fox", steps: 2, width: 16, height: 16, threads: 1, cache: false } as const;
  const drawn = [];
  for (const weightMemory of ["packed", "mapped"] as const)
    for await (const event of generate({ ...options, precision: "q4", weightMemory }))
      if (event.type === "image") drawn.push(float32([event.image.data.length], Float32Array.from(event.image.data)));
  expect(drawn).toHaveLength(2);
  expect(decibels(drawn[0]!.data, drawn[1]!.data)).toBeGreaterThan(40);
});
