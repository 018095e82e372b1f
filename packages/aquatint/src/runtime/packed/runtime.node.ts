import type { Executable } from "../../compiler/executable.ts";
import type { Program, Runtime } from "../types.ts";
import { packedKey } from "./key.node.ts";
import type { PackedStore } from "./store.node.ts";

/** An entry of the store was written, so that the next start needs not pack these weights. */
export interface PackedEvent {
  readonly type: "packed";
  readonly folder: string;
}

/** Options of `packedRuntime`. */
export interface PackedRuntimeOptions {
  readonly store: PackedStore;
  readonly onWrite?: ((event: PackedEvent) => void) | undefined;
  /** Bytes of weights from which on a program is kept; 64 MB if absent. */
  readonly smallest?: number | undefined;
}

/** Smaller programs are packed faster than their files are found. */
const SMALLEST = 64e6;

/** Bytes of an entry: kernels' copies beside weights that other kernels read as they are. */
const packedBytes = ({ memory }: Executable): number => 1.3 * (memory?.weights ?? 0);

/**
 * A runtime that keeps programs with packed weights on disk. The first time a program is loaded its weights are mapped from their
 * files, so that it begins at once (in 8 bits they are packed: that takes a second or two, and mapped they are slow); the second time they are packed and written, and from then on the packed ones are mapped.
 * Weights in a state, mapped weights and devices other than the CPU are left alone.
 */
export function packedRuntime(
  runtime: Runtime,
  { store, onWrite, smallest = SMALLEST }: PackedRuntimeOptions,
): Runtime {
  const isKept = ({ weightsFolder, weightMemory = "packed", nchwc, memory }: Executable): boolean =>
    runtime.device === "cpu" &&
    weightsFolder !== undefined &&
    weightMemory === "packed" &&
    !nchwc &&
    (memory?.stored ?? 0) >= smallest;
  async function load<R extends string>(executable: Executable<R>): Promise<Program<R>> {
    if (!isKept(executable)) return runtime.load(executable);
    const key = await packedKey(executable).catch(() => undefined); // what is wrong with its files, loading says
    if (key === undefined) return runtime.load(executable);
    const folder = await store.find(key);
    if (folder) {
      const program = await runtime.load({ ...executable, packed: { folder, use: "read" } }).catch(() => undefined);
      if (program) return program;
      await store.remove(key);
    }
    const use = await store.noteUse(key).catch(() => undefined);
    if (use === undefined) return runtime.load(executable);
    if (use === "first" || !(await store.hasRoom(packedBytes(executable))))
      return runtime.load(executable.int8 ? executable : { ...executable, weightMemory: "mapped" });
    const draft = await store.draft(key).catch(() => undefined);
    if (draft === undefined) return runtime.load(executable);
    try {
      return await runtime.load({ ...executable, packed: { folder: draft, use: "write" } });
    } finally {
      if (await store.commit(key, draft)) onWrite?.({ type: "packed", folder: store.folder });
    }
  }
  return { ...runtime, load, [Symbol.asyncDispose]: () => runtime[Symbol.asyncDispose]() };
}
