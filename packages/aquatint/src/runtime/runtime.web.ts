import { AquatintError } from "../errors.ts";
import type { Connect } from "./host/request-queue.ts";
import { createRuntime } from "./host/runtime.ts";
import type { WasmPaths } from "./protocol.ts";
import type { Runtime, RuntimeOptions } from "./types.ts";

/** Options of `webRuntime`. */
export interface WebRuntimeOptions extends RuntimeOptions {
  /** URLs of onnxruntime-web's files, relative to the page, for bundlers that do not find them by themselves. */
  readonly wasmPaths?: WasmPaths | undefined;
  /** URL of the worker's script, relative to the page: a build of "aquatint/runtime/worker.web", of "aquatint/runtime/worker-webgpu.web" for WebGPU, or of "aquatint/runtime/worker-jspi.web" for both, which reads the weights of `externalBlobFiles` on demand and needs a browser with WebAssembly's promise integration (JSPI). For bundlers that do not find it by themselves. */
  readonly workerUrl?: string | URL | undefined;
}

/** ONNX Runtime in a web worker of the page. It uses more than one thread only where `crossOriginIsolated` is true. */
export const webRuntime = ({ wasmPaths, workerUrl, ...options }: WebRuntimeOptions = {}): Promise<Runtime> =>
  createRuntime(connectTo(workerUrl === undefined ? ownWorker(options.device) : workerAt(workerUrl)), {
    ...options,
    wasmPaths: wasmPaths === undefined ? undefined : absolute(wasmPaths),
  });

// Bundlers recognize exactly this form. The build with WebGPU in it is slower at everything else.
const wasmWorker = () => new Worker(new URL("./worker.web.ts", import.meta.url), { type: "module" });
const webgpuWorker = () => new Worker(new URL("./worker-webgpu.web.ts", import.meta.url), { type: "module" });

const ownWorker = (device: RuntimeOptions["device"]) => (device === "webgpu" ? webgpuWorker : wasmWorker);
const workerAt = (workerUrl: string | URL) => () => new Worker(new URL(workerUrl, location.href), { type: "module" });

const connectTo =
  (start: () => Worker): Connect =>
  ({ onAnswer, onExit }) => {
    if (typeof Worker === "undefined") throw noWorkers();
    const worker = start();
    worker.onmessage = ({ data }) => onAnswer(data);
    worker.onmessageerror = () => onExit("a message could not be read");
    // an event without a message is that of a script that could not be loaded
    worker.onerror = (event) => {
      event.preventDefault(); // or a worker around this one would end as well
      onExit(event.message || scriptMissing());
    };
    return {
      post: (request, transfer) => worker.postMessage(request, transfer),
      keepAlive: () => {},
      close: async () => worker.terminate(),
    };
  };

const noWorkers = () =>
  new AquatintError("runtime/no-workers", "this place cannot start a web worker, as a service worker cannot", {
    hint: "open the runtime in a page or in a dedicated worker",
  });

const scriptMissing = () =>
  new AquatintError("runtime/worker-script", "the script of the runtime's worker could not be loaded", {
    hint: "build aquatint/runtime/worker.web as a script of its own, serve it, and give its address as workerUrl",
  });

const absolute = (paths: WasmPaths): WasmPaths =>
  typeof paths === "string"
    ? url(paths)
    : Object.fromEntries(Object.entries(paths).map(([kind, path]) => [kind, url(path)]));
const url = (path: string): string => new URL(path, location.href).href;
