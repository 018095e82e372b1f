import type { DType } from "./types.ts";

/** An ONNX attribute: whole numbers are INT, `float(x)` is FLOAT, lists are INTS. */
export type Attribute = number | string | readonly number[] | { readonly float: number };
/** Marks a number as a FLOAT attribute, also when it happens to be whole. */
export const float = (value: number): Attribute => ({ float: value });

/** The ONNX domain of an operator, and the number of its outputs. */
export interface EmitOptions {
  readonly domain?: "com.microsoft" | "com.microsoft.nchwc" | undefined;
  readonly outputs?: number | undefined;
}

/** Writes ONNX nodes. Values are identified by their ONNX names. */
export interface Emitter {
  /** Adds a node and returns the name of its first output. */
  node(opType: string, inputs: readonly string[], attrs?: Record<string, Attribute>, options?: EmitOptions): string;
  /** Adds a node and returns the names of all its outputs. */
  nodes(
    opType: string,
    inputs: readonly string[],
    attrs?: Record<string, Attribute>,
    options?: EmitOptions,
  ): readonly [string, ...string[]];
  /** A constant; equal small ones are shared. A vector unless `shape` says otherwise. */
  constant(dtype: DType | "int64", values: ArrayLike<number>, shape?: readonly number[]): string;
}
