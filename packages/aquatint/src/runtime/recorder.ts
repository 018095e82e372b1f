import { zeros } from "../graph/host-tensor.ts";
import type { GraphMemory } from "../graph/memory.ts";
import { mapValues } from "../util/map-values.ts";
import type { Runtime } from "./types.ts";

/** A runtime that computes nothing: every result is zeros. `memories` lists the memory of every program loaded. */
export function recordingRuntime(): { readonly runtime: Runtime; readonly memories: readonly GraphMemory[] } {
  const memories: GraphMemory[] = [];
  const runtime: Runtime = {
    device: "cpu",
    devices: ["cpu"],
    threads: 1,
    layout: {},
    async load({ model: _, ...executable }) {
      if (executable.memory) memories.push(executable.memory);
      const run = async () => mapValues(executable.results, zeros);
      return { executable, run, async [Symbol.asyncDispose]() {} };
    },
    async createState(tensors) {
      const types = mapValues(tensors, ({ dtype, shape }) => ({ dtype, shape }));
      const read = async () => tensors;
      return { types, read, async write() {}, async [Symbol.asyncDispose]() {} };
    },
    async [Symbol.asyncDispose]() {},
  };
  return { runtime, memories };
}
