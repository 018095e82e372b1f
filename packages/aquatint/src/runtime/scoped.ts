import type { Runtime } from "./types.ts";

/** The part of a runtime that one user has: disposing of it disposes of what was loaded through it, and of nothing else. */
export function scopedRuntime(runtime: Runtime): Runtime {
  const loaded = new Set<AsyncDisposable>();
  const track = <R extends AsyncDisposable>(resource: R): R => {
    const dispose = resource[Symbol.asyncDispose];
    const tracked: R = {
      ...resource,
      [Symbol.asyncDispose]() {
        loaded.delete(tracked);
        return dispose();
      },
    };
    loaded.add(tracked);
    return tracked;
  };
  return {
    ...runtime,
    load: async (executable) => track(await runtime.load(executable)),
    // a state is known by its identity
    async createState(tensors) {
      const state = await runtime.createState(tensors);
      loaded.add(state);
      return state;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(Array.from(loaded, (resource) => resource[Symbol.asyncDispose]()));
    },
  };
}
