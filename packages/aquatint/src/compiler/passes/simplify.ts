import { rewriteNamed } from "../../graph/rewrite.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { mergeTwice, removeIdentity, removeIdentityElement, scalarOperands } from "./algebra.ts";
import { commonSubexpressions } from "./cse.ts";
import { foldConstants } from "./fold.ts";
import { rowSums } from "./row-sums.ts";

/**
 * The same results from fewer nodes, in one walk: constants folded, neutral operands and applications that do nothing
 * left out, equal nodes merged. What no result needs is not in the graph at all. Every program is compiled from this.
 */
export const simplify = <N extends string>(outputs: Readonly<Record<N, Tensor>>): Readonly<Record<N, Tensor>> =>
  rewriteNamed(outputs, [
    removeIdentity,
    foldConstants,
    removeIdentityElement,
    mergeTwice,
    scalarOperands,
    rowSums,
    commonSubexpressions(),
  ]);
