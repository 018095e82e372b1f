/** Where the engine computes. */
export type EngineDevice = "wasm" | "webgpu";

/**
 * Threads for a number of logical processors: half of them, at most 4. The default model's layers are small, and each waits for the
 * slowest thread; more threads than idle cores make an image take longer (docs/performance.md).
 */
export const engineThreads = (processors = 1): number => Math.min(4, Math.ceil(processors / 2));
