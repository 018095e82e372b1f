import { availableParallelism } from "node:os";
import { parentPort } from "node:worker_threads";
import * as ort from "onnxruntime-node";
import { createEngine } from "./engine.ts";
import { serve } from "./serve.ts";
import type { Device } from "./types.ts";

const known: readonly Device[] = ["cpu", "webgpu", "cuda", "coreml", "dml"];

const engine = createEngine({
  ort,
  async devices() {
    const names = ort.listSupportedBackends().map(({ name }) => name);
    return known.filter((device) => names.includes(device));
  },
  configure: ({ threads }) => Math.min(threads ?? Number.POSITIVE_INFINITY, availableParallelism()),
  blocked: ["cpu"],
  advice: "see that its driver and libraries are installed",
});
serve(
  {
    listen: (onRequest) => parentPort?.on("message", onRequest),
    post: (answer, transfer) => parentPort?.postMessage(answer, transfer),
  },
  engine,
);
