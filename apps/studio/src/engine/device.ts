/** Where the engine computes. */
export type EngineDevice = "wasm" | "webgpu";
