import { Worker } from "node:worker_threads";
import type { Connect } from "../host/request-queue.ts";
import { guardExit } from "./exit-guard.node.ts";
import { createNativeLock } from "./native-lock.ts";
import { withoutTelemetry } from "./telemetry.node.ts";

// the engine matches the process's command line recursively, about 300 bytes of stack a character: 4 MB, Node's
// default, end the process at 14 kB of prompt
const resourceLimits = { stackSizeMb: 64 };

/** Starts the script at `entry` in a thread of this process. */
export const connectThread =
  (entry: URL): Connect =>
  ({ onAnswer, onExit }) => {
    const lock = createNativeLock();
    const release = guardExit(lock);
    const restore = withoutTelemetry(); // the thread's own copy of the environment is not what native code reads
    const worker = new Worker(entry, { execArgv: [], resourceLimits, workerData: { lock } });
    worker.on("message", onAnswer);
    worker.once("message", restore);
    worker.on("messageerror", onExit);
    worker.on("error", onExit);
    worker.on("exit", (code) => {
      release();
      restore();
      onExit(new Error(`exit code ${code}`));
    });
    return {
      post: (request, transfer) => worker.postMessage(request, transfer),
      keepAlive: (busy) => (busy ? worker.ref() : worker.unref()),
      async close() {
        await worker.terminate();
      },
    };
  };
