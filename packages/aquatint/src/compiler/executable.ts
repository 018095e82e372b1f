import type { GraphMemory } from "../graph/memory.ts";
import type { Type } from "../graph/types.ts";

/**
 * Storage of constant weights. "packed": copied once, into the order that the kernels read fastest. "mapped": used where
 * they lie in their files, paged in as they are needed, shared with other processes; loads at once and computes slower.
 */
export type WeightMemory = "packed" | "mapped";

/** An emitted ONNX model with what its inputs and outputs mean. `R` are the names of its results. */
export interface Executable<R extends string = string> {
  /** The serialized ONNX ModelProto. */
  readonly model: Uint8Array<ArrayBuffer>;
  /** Inputs given with each run. */
  readonly feeds: Readonly<Record<string, Type>>;
  /** Inputs taken from the state given with the run: ONNX input name = name in the state. */
  readonly stateInputs: Readonly<Record<string, Type>>;
  /** Outputs that come back to the caller. */
  readonly results: Readonly<Record<R, Type>>;
  /** Outputs that replace a tensor of the state when the run ends: ONNX output name -> name in the state. */
  readonly updates: Readonly<Record<string, string>>;
  /** The graph is in the runtime's NCHWc layout. The runtime loads it without optimizing it again. */
  readonly nchwc?: true | undefined;
  /** The graph multiplies uint8 by int8. */
  readonly int8?: true | undefined;
  /** Folder that the model's `external_data` locations are relative to. */
  readonly weightsFolder?: string | undefined;
  /** Files of weights in that folder. */
  readonly weightFiles?: readonly string[] | undefined;
  /** Parts of files by the `external_data` locations that they stand for, where a browser holds the files. */
  readonly weightBlobs?: ReadonlyMap<string, Blob> | undefined;
  /** Folder of the optimized graph with its packed weights, "model.onnx" and "weights.bin", to be written or used. */
  readonly packed?: { readonly folder: string; readonly use: "read" | "write" } | undefined;
  /** "packed" when absent. */
  readonly weightMemory?: WeightMemory | undefined;
  /** Memory of a run, computed from shapes. */
  readonly memory?: GraphMemory | undefined;
}
