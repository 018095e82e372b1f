/** The parts that need a browser: the runtime in a web worker. */
export { type WebRuntimeOptions, webRuntime } from "./runtime/runtime.web.ts";
