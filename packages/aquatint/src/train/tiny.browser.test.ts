import { expect, test } from "vitest";
import { webRuntime } from "../runtime/runtime.web.ts";
import { expectedLosses, tinyLosses } from "./tiny.cases.ts";

test("training in a browser, on wasm, gives the same losses as Node", async () => {
  await using runtime = await webRuntime();
  const losses = await tinyLosses(runtime);
  expect(losses).toHaveLength(expectedLosses.length);
  for (const [i, loss] of losses.entries()) expect(Math.abs(loss - expectedLosses[i]!)).toBeLessThan(1e-4);
});
