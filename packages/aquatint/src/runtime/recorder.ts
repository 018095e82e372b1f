import { zeros } from "../graph/host-tensor.ts";
import type { GraphMemory } from "../graph/memory.ts";
import type { HostTensors } from "../graph/types.ts";
import { mapValues } from "../util/map-values.ts";
import type { Runtime } from "./types.ts";

/** A runtime that records what it is asked to hold. */
export interface RecordingRuntime {
  readonly runtime: Runtime;
  /** The memory of every program that was loaded. */
  readonly memories: readonly GraphMemory[];
  /** The most bytes of states at one time. */
  stateBytes(): number;
}

/** A runtime that computes nothing: every result is zeros. */
export function recordingRuntime(): RecordingRuntime {
  const memories: GraphMemory[] = [];
  let [live, peak] = [0, 0];
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
      const bytes = bytesOf(tensors);
      live += bytes;
      peak = Math.max(peak, live);
      const release = async () => {
        live -= bytes;
      };
      return { types, read, async write() {}, [Symbol.asyncDispose]: release };
    },
    async [Symbol.asyncDispose]() {},
  };
  return { runtime, memories, stateBytes: () => peak };
}

const bytesOf = (tensors: HostTensors): number =>
  Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
