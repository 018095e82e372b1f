import type { Env, InferenceSessionFactory, TensorConstructor } from "onnxruntime-common";
import type { Handlers, OpenOptions } from "../protocol.ts";
import { createHandlers } from "./handlers.ts";
import { serve } from "./serve.ts";

/** One of onnxruntime-web's builds. */
export interface OrtWeb {
  readonly InferenceSession: InferenceSessionFactory;
  readonly Tensor: TensorConstructor;
  readonly env: Env;
}

/** Serves the page from a web worker with `ort` in it. `guard` may stand around what it does. */
export function serveWeb(ort: OrtWeb, guard = (handlers: Handlers): Handlers => handlers): void {
  // onnxruntime-web starts this same script again for each of its threads.
  if (self.name.startsWith("em-pthread")) return;
  const { commit, handlers } = createHandlers({
    ort,
    devices,
    configure: (options) => configure(ort.env, options),
    nchwcDevices: [],
    deviceHint: "see that onnxruntime-web's .wasm files are served, and name their place with wasmPaths",
  });
  serve(
    {
      listen: (onRequest) => self.addEventListener("message", ({ data }) => onRequest(data)),
      post: (answer, transfer) => self.postMessage(answer, { transfer }),
    },
    { commit, handlers: guard(handlers) },
  );
}

const devices = async () =>
  (await navigator.gpu?.requestAdapter()) ? (["wasm", "webgpu"] as const) : (["wasm"] as const);

function configure({ wasm }: Env, { threads, wasmPaths }: OpenOptions): number {
  // Threads need shared memory, which only a cross-origin isolated page has.
  const available = crossOriginIsolated ? navigator.hardwareConcurrency : 1;
  wasm.numThreads = Math.min(threads ?? available, available);
  if (wasmPaths !== undefined) wasm.wasmPaths = wasmPaths;
  return wasm.numThreads;
}
