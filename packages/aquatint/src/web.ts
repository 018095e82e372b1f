/** The parts that need a browser: reading images, and the runtime in a web worker. */
export { readImage } from "./formats/image/read-image.web.ts";
export type { WasmPaths } from "./runtime/protocol.ts";
export { type WebRuntimeOptions, webRuntime } from "./runtime/runtime.web.ts";
