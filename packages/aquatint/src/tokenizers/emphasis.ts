import { AquatintError } from "../errors.ts";

/** What happens to the mean of an embedding after its weights: "mean" restores it, "none" leaves what comes out. */
export type EmphasisRestore = "mean" | "none";

/**
 * A chunk's embedding [tokens, width], each token times its weight; "mean", as AUTOMATIC1111's web UI has it, then
 * scales all of it so that its mean is what it was. Weights of 1 change nothing.
 * @throws AquatintError "prompt/emphasis" where the values are no whole number of rows.
 */
export function emphasised(
  embedding: Float32Array,
  weights: Float32Array,
  { restore = "mean" }: { readonly restore?: EmphasisRestore } = {},
): Float32Array<ArrayBuffer> {
  const width = embedding.length / weights.length;
  if (!Number.isInteger(width)) {
    throw new AquatintError("prompt/emphasis", `${embedding.length} values for ${weights.length} tokens`, {
      hint: "Give a chunk's embedding with its own weights.",
    });
  }
  const scaled = Float32Array.from(embedding, (value, i) => value * weights[Math.floor(i / width)]!);
  if (restore === "none" || weights.every((weight) => weight === 1)) return scaled;
  const factor = sum(embedding) / sum(scaled);
  return Number.isFinite(factor) ? scaled.map((value) => value * factor) : scaled;
}

const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);
