import type { Env, InferenceSessionFactory, TensorConstructor } from "onnxruntime-common";
import type { OpenOptions } from "../protocol.ts";
import { createHandlers } from "./handlers.ts";
import { serve } from "./serve.ts";

/** One of onnxruntime-web's builds. */
export interface OrtWeb {
  readonly InferenceSession: InferenceSessionFactory;
  readonly Tensor: TensorConstructor;
  readonly env: Env;
}

/**
 * Serves the page from a web worker with `ort` in it. Where `deviceLoss` gives a reason, the worker ends with an error: ONNX
 * Runtime cannot go on without its device, and a fresh worker gets another.
 */
export function serveWeb(ort: OrtWeb, deviceLoss?: () => Promise<string>): void {
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
    {
      commit,
      handlers: {
        ...handlers,
        async open(options) {
          const reply = await handlers.open(options);
          void deviceLoss?.().then((reason) => reportError(new Error(`the graphics device was lost: ${reason}`)));
          return reply;
        },
      },
    },
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
