import { isMainThread } from "node:worker_threads";
import { workerScript } from "../util/worker-script.node.ts";
import { connectProcess } from "./connect/process.node.ts";
import { connectThread } from "./connect/thread.node.ts";
import { createRuntime } from "./host/runtime.ts";
import type { Runtime, RuntimeOptions } from "./types.ts";

/**
 * ONNX Runtime in a worker thread of Node, or in a process of its own where the caller is a worker thread. A process may
 * exit while it is idle; one that exits in the middle of a run waits for the native call under way, and keeps its code.
 */
export const nodeRuntime = async (options: RuntimeOptions = {}): Promise<Runtime> => {
  const entry = workerScript({ folder: "runtime", from: import.meta.url });
  return createRuntime(isMainThread ? connectThread(entry) : connectProcess(entry), options);
};
