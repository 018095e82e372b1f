import type { Connect } from "./host/request-queue.ts";
import { createRuntime } from "./host/runtime.ts";
import type { WasmPaths } from "./protocol.ts";
import type { Runtime, RuntimeOptions } from "./types.ts";

/** Options of `webRuntime`. */
export interface WebRuntimeOptions extends RuntimeOptions {
  /** URLs of onnxruntime-web's files, relative to the page, for bundlers that do not find them by themselves. */
  readonly wasmPaths?: WasmPaths | undefined;
}

/** ONNX Runtime in a web worker of the page. It uses more than one thread only where `crossOriginIsolated` is true. */
export const webRuntime = ({ wasmPaths, ...options }: WebRuntimeOptions = {}): Promise<Runtime> =>
  createRuntime(connectTo(options.device === "webgpu" ? webgpuWorker : wasmWorker), {
    ...options,
    wasmPaths: wasmPaths === undefined ? undefined : absolute(wasmPaths),
  });

// Bundlers recognize exactly this form. The build with WebGPU in it is slower at everything else.
const wasmWorker = () => new Worker(new URL("./worker.web.ts", import.meta.url), { type: "module" });
const webgpuWorker = () => new Worker(new URL("./worker-webgpu.web.ts", import.meta.url), { type: "module" });

const connectTo =
  (start: () => Worker): Connect =>
  ({ onAnswer, onExit }) => {
    const worker = start();
    worker.onmessage = ({ data }) => onAnswer(data);
    worker.onmessageerror = () => onExit("a message could not be read");
    worker.onerror = (event) => onExit(event.message ?? "its script could not be loaded");
    return {
      post: (request, transfer) => worker.postMessage(request, transfer),
      keepAlive: () => {},
      close: async () => worker.terminate(),
    };
  };

const absolute = (paths: WasmPaths): WasmPaths =>
  typeof paths === "string"
    ? url(paths)
    : Object.fromEntries(Object.entries(paths).map(([kind, path]) => [kind, url(path)]));
const url = (path: string): string => new URL(path, location.href).href;
