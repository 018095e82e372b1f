import type { GraphMemory } from "../graph/memory.ts";
import { type HostTensor, type HostTensors, sizeOf, type Type } from "../graph/types.ts";
import type { Runtime } from "./types.ts";

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
const zeros = ({ dtype, shape }: Type): HostTensor => ({ dtype, shape, data: new arrays[dtype](sizeOf(shape)) });

/** A runtime that computes nothing: every result is zeros, and the memory of every program is written down. */
export function recordingRuntime(): { readonly runtime: Runtime; readonly memories: readonly GraphMemory[] } {
  const memories: GraphMemory[] = [];
  const results = (types: Readonly<Record<string, Type>>): HostTensors =>
    Object.fromEntries(Object.entries(types).map(([name, type]) => [name, zeros(type)]));
  const runtime: Runtime = {
    device: "cpu",
    devices: ["cpu"],
    threads: 1,
    layout: {},
    async load({ model: _, ...executable }) {
      if (executable.memory) memories.push(executable.memory);
      return { executable, run: async () => results(executable.results), async [Symbol.asyncDispose]() {} };
    },
    async createState(tensors) {
      const types = Object.fromEntries(
        Object.entries(tensors).map(([name, { dtype, shape }]) => [name, { dtype, shape }]),
      );
      return { types, read: async () => tensors, async write() {}, async [Symbol.asyncDispose]() {} };
    },
    async [Symbol.asyncDispose]() {},
  };
  return { runtime, memories };
}
