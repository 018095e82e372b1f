import { type Rule, rewriteNamed } from "../../graph/rewrite.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { mergeTwice, removeIdentity } from "../passes/algebra.ts";
import { commonSubexpressions } from "../passes/cse.ts";
import { fuseAttention } from "./attention.ts";
import { sliceAttention } from "./attention-slices.ts";
import { fuseGelu } from "./gelu.ts";
import { fuseBias, splitGemm } from "./gemm.ts";
import { convOfUpsampled } from "./upsampled-conv.ts";

/** Options of `fuse`. */
export interface FuseOptions {
  /** The most bytes of attention scores at a time; no limit when absent. */
  readonly scoreBytes?: number | undefined;
  /** Computes feed-forward layers in slices; whole when absent. */
  readonly feedForward?: Rule | undefined;
}

/**
 * The same results with attention, linear layers and GELU in one op each, for graphs that only compute: a gradient
 * would compute again what it needs of their insides.
 */
export const fuse = <N extends string>(
  outputs: Readonly<Record<N, Tensor>>,
  { scoreBytes = Number.POSITIVE_INFINITY, feedForward }: FuseOptions = {},
): Readonly<Record<N, Tensor>> =>
  rewriteNamed(outputs, [
    removeIdentity,
    mergeTwice,
    sliceAttention(scoreBytes),
    fuseAttention,
    fuseBias,
    splitGemm,
    fuseGelu,
    ...(feedForward ? [feedForward] : []),
    convOfUpsampled,
    commonSubexpressions(),
  ]);
