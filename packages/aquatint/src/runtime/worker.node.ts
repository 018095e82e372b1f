import { availableParallelism } from "node:os";
import { workerEnd } from "./connect/port.node.ts";
import { packedSession } from "./packed/session.node.ts";
import type { Device } from "./types.ts";
import { createHandlers } from "./worker/handlers.ts";
import { serve } from "./worker/serve.ts";

const deviceOrder: readonly Device[] = ["cpu", "webgpu", "cuda", "coreml", "dml"];

const { port, native } = workerEnd();
await native.enter();
const ort = await import("onnxruntime-node");
native.leave();
const engine = createHandlers({
  ort,
  async devices() {
    const names = ort.listSupportedBackends().map(({ name }) => name);
    return deviceOrder.filter((device) => names.includes(device));
  },
  configure: ({ threads }) => Math.min(threads ?? Number.POSITIVE_INFINITY, availableParallelism()),
  // Long enough for the next small layer: an image takes 0.9 of the time, and other processes lose 2 % (docs/performance.md).
  spinMicroseconds: 20,
  nchwcDevices: ["cpu"],
  packedSession,
  deviceHint: "see that its driver and libraries are installed",
});
serve(port, engine, native);
