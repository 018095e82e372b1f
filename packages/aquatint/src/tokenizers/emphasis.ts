import { AquatintError } from "../errors.ts";
import { itemAt } from "../util/items.ts";

/**
 * Effect of (word:1.2), by A1111's names: "original" restores the mean after the weights, "no-norm" leaves it, "ignore" reads
 * the signs and drops their weights, "none" reads them as characters.
 */
export const emphasisModes = ["original", "no-norm", "ignore", "none"] as const;
/** A mode by its name. */
export type EmphasisMode = (typeof emphasisModes)[number];

/** As the web UI has it. */
export const DEFAULT_EMPHASIS: EmphasisMode = "original";

/** Treatment of an embedding's mean after its weights: "mean" restores it, "none" leaves what comes out. */
export type EmphasisRestore = "mean" | "none";

/**
 * A chunk's embedding [tokens, width], each token times its weight; "mean", as AUTOMATIC1111's web UI has it, then
 * scales all of it so that its mean is what it was. Weights of 1 change nothing.
 * @throws AquatintError "prompt/emphasis" where the values are no whole number of rows.
 */
export function emphasized(
  embedding: Float32Array,
  weights: Float32Array,
  { restore = "mean" }: { readonly restore?: EmphasisRestore } = {},
): Float32Array<ArrayBuffer> {
  const width = embedding.length / weights.length;
  if (!Number.isInteger(width)) {
    throw new AquatintError("prompt/emphasis", `${embedding.length} values for ${weights.length} tokens`, {
      hint: "give a chunk's embedding with its own weights",
    });
  }
  const scaled = Float32Array.from(embedding, (value, i) => value * itemAt(weights, Math.floor(i / width)));
  if (restore === "none" || weights.every((weight) => weight === 1)) return scaled;
  const factor = sum(embedding) / sum(scaled);
  return Number.isFinite(factor) ? scaled.map((value) => value * factor) : scaled;
}

const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);
