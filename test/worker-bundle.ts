import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { bundledWorker } from "../packages/aquatint/test/bundled.ts";
import { root } from "./tree.ts";

let folder: string | undefined;

/**
 * Bundles the runtime's worker once for all tests of a run: from its sources each start takes 0.2 s of CPU time more. Where
 * Vitest watches, workers start from the sources, which may change.
 */
export async function setup({ config }: TestProject): Promise<void> {
  if (config.watch) return;
  const parent = join(root, "out"); // in the repository, so that the worker finds ONNX Runtime
  await mkdir(parent, { recursive: true });
  folder = await mkdtemp(join(parent, "worker-"));
  process.env["AQUATINT_TEST_FOLDER"] = folder;
  process.env["AQUATINT_TEST_WORKER"] = await bundledWorker(folder);
}

/** Removes the bundle, and what tests left in the folder for each other. */
export async function teardown(): Promise<void> {
  if (folder !== undefined) await rm(folder, { recursive: true });
}
