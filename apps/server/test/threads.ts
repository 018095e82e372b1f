import type { Worker } from "node:worker_threads";

/** Threads that this test started, in their order: `vi.mock("node:worker_threads", observedThreads)` fills it. */
export const threads: Worker[] = [];

/** The module with a `Worker` that is added to `threads`. */
export async function observedThreads(importOriginal: <T>() => Promise<T>) {
  const original = await importOriginal<typeof import("node:worker_threads")>();
  class ObservedWorker extends original.Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      threads.push(this);
    }
  }
  return { ...original, Worker: ObservedWorker };
}
