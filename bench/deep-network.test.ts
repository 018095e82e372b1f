import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { DeepNetworkBench } from "./deep-network.ts";

/** A process of its own: memory that ONNX Runtime has given back to itself is not given back to the system. */
async function measured(name: string): Promise<DeepNetworkBench> {
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", main, name, "--json"]);
  return JSON.parse(stdout);
}

test("checkpoints leave the gradient as it is and take less than half of the memory", async () => {
  const plain = await measured("deep-network");
  const checkpointed = await measured("deep-network-checkpointed");
  expect(checkpointed.gradNorm).toBeCloseTo(plain.gradNorm, 9);
  expect(plain.peakMB).toBeGreaterThan(100); // of each of 24 blocks 5 MB or more are kept
  expect(checkpointed.peakMB).toBeLessThan(plain.peakMB / 2);
});
