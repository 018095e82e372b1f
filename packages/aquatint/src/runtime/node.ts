import { Worker } from "node:worker_threads";
import { createRuntime } from "./client.ts";
import type { Connect } from "./line.ts";
import type { Runtime, RuntimeOptions } from "./types.ts";

/** ONNX Runtime in a worker thread of Node. A process may exit while it is idle. */
export const nodeRuntime = (options: RuntimeOptions = {}): Promise<Runtime> => createRuntime(connect, options);

const connect: Connect = ({ answered, died }) => {
  const entry = import.meta.url.endsWith(".ts") ? "./node-worker-source.mjs" : "./node-worker.js";
  // the engine matches the process's command line recursively, about 300 bytes of stack a character: 4 MB, Node's
  // default, end the process at 14 kB of prompt
  const resourceLimits = { stackSizeMb: 64 };
  const worker = new Worker(new URL(entry, import.meta.url), { execArgv: [], resourceLimits });
  worker.on("message", answered);
  worker.on("messageerror", died);
  worker.on("error", died);
  worker.on("exit", (code) => died(new Error(`exit code ${code}`)));
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    hold: (busy) => (busy ? worker.ref() : worker.unref()),
    async close() {
      await worker.terminate();
    },
  };
};
