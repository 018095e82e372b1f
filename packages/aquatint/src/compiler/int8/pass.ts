import type { Tensor } from "../../graph/tensor.ts";
import type { Binding } from "../onnx/emit.ts";

/** A graph that computes in 8 bits, and the weights that it has for that. */
export interface Int8Graph<N extends string = string> {
  readonly outputs: Readonly<Record<N, Tensor>>;
  readonly bindings: ReadonlyMap<Tensor, Binding>;
}

/**
 * Brings layers to 8 bits or less: `int8Pass` of weights that are, `dynamicPass` of others, `blockwisePass` the weights alone.
 * Loaded where it is used.
 */
export interface Int8Pass {
  /** Names of the weights whose layers compute in 8 bits. */
  readonly layers: readonly string[];
  /** Products of uint8 and int8 that may overflow on a processor. */
  readonly multipliesIntegers: boolean;
  /** The same results, but for rounding, of a graph with parameters of these names. */
  apply<N extends string>(outputs: Readonly<Record<N, Tensor>>, names: ReadonlyMap<string, Tensor>): Int8Graph<N>;
}
