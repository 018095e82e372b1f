import { expect, test } from "vitest";
import { nodeRuntime } from "../runtime/runtime.node.ts";
import { expectedLosses, tinyLosses } from "./tiny.cases.ts";

test("training in Node gives the losses that every platform gives, row-major and in the layout of the runtime", async () => {
  await using runtime = await nodeRuntime();
  for (const layout of [{}, runtime.layout]) {
    const losses = await tinyLosses({ ...runtime, layout });
    expect(losses).toHaveLength(expectedLosses.length);
    for (const [i, loss] of losses.entries()) expect(Math.abs(loss - expectedLosses[i]!)).toBeLessThan(1e-4);
  }
});
