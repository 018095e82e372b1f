import { checkpoint, type Results } from "../../autodiff/checkpoint.ts";
import { wrapCalls } from "../../nn/module.ts";

/** The residual blocks and the attentions of a U-Net or an autoencoder, and the layers of CLIP's towers, by their paths. */
export const blockPaths = /(^|\.)(resnets|attentions|layers)\.\d+$/;

/**
 * Runs `trace` with activation checkpoints around the modules whose paths match `at`, whatever model they are in: the
 * gradient of what it returns computes their inside again instead of keeping it.
 */
export const activationCheckpointing = <R>(trace: () => R, { at = blockPaths }: { readonly at?: RegExp } = {}): R =>
  wrapCalls(
    (path, forward) => (at.test(path) ? (checkpoint(forward as () => Results) as typeof forward) : forward),
    trace,
  );
