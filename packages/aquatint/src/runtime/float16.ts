import type { Runtime } from "./types.ts";

/** A runtime whose programs compute in float16, with float32 at their edges. Values beyond 65504 become infinite. */
export const float16Runtime = (runtime: Runtime): Runtime => ({
  ...runtime,
  load: async (executable) => {
    const { toFloat16 } = await import("../compiler/onnx/float16.ts"); // brings a reader of protobuf
    return runtime.load(toFloat16(executable));
  },
  [Symbol.asyncDispose]: () => runtime[Symbol.asyncDispose](),
});
