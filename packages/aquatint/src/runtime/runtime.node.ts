import { isMainThread } from "node:worker_threads";
import { connectProcess } from "./connect/process.node.ts";
import { connectThread } from "./connect/thread.node.ts";
import { createRuntime } from "./host/runtime.ts";
import type { Runtime, RuntimeOptions } from "./types.ts";

/**
 * ONNX Runtime in a worker thread of Node, or in a process of its own where the caller is a worker thread. A process may
 * exit while it is idle; one that exits in the middle of a run waits for the native call under way, and keeps its code.
 */
export const nodeRuntime = (options: RuntimeOptions = {}): Promise<Runtime> => {
  const script = import.meta.url.endsWith(".ts") ? "./worker-source.node.mjs" : "./worker.node.js";
  const entry = new URL(script, import.meta.url);
  return createRuntime(isMainThread ? connectThread(entry) : connectProcess(entry), options);
};
