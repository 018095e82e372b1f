import { Worker } from "node:worker_threads";
import { workerScript } from "../util/worker-script.node.ts";
import type { Connect } from "./host/request-queue.ts";
import { createRuntime } from "./host/runtime.ts";
import { disableTelemetry } from "./telemetry.node.ts";
import type { Runtime, RuntimeOptions } from "./types.ts";

/** ONNX Runtime in a worker thread of Node. A process may exit while it is idle. */
export const nodeRuntime = (options: RuntimeOptions = {}): Promise<Runtime> => createRuntime(connect, options);

const connect: Connect = ({ onAnswer, onExit }) => {
  disableTelemetry();
  // the engine matches the process's command line recursively, about 300 bytes of stack a character: 4 MB, Node's
  // default, end the process at 14 kB of prompt
  const resourceLimits = { stackSizeMb: 64 };
  const worker = new Worker(workerScript({ folder: "runtime", from: import.meta.url }), {
    execArgv: [],
    resourceLimits,
  });
  worker.on("message", onAnswer);
  worker.on("messageerror", onExit);
  worker.on("error", onExit);
  worker.on("exit", (code) => onExit(new Error(`exit code ${code}`)));
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    keepAlive: (busy) => (busy ? worker.ref() : worker.unref()),
    async close() {
      await worker.terminate();
    },
  };
};
