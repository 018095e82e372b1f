/** The parts that need a browser: reading and writing images, and the runtime in a web worker. */
export { pngBlob } from "./formats/image/png-blob.web.ts";
export { readImage } from "./formats/image/read-image.web.ts";
export type { WasmPaths } from "./runtime/protocol.ts";
export { type WebRuntimeOptions, webRuntime } from "./runtime/runtime.web.ts";
