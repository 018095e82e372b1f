// Apart from the models of probe.ts: the worker reads the answer, and has no use for what writes ONNX.

/** Products that are added up in one result of `int8ProbeModel`. */
export const int8ProbeLength = 16;
const [INPUT, WEIGHT] = [255, 127];

/** The input of `int8ProbeModel`: the largest uint8. */
export const int8ProbeValues = (): Float32Array => new Float32Array(int8ProbeLength).fill(INPUT);
/** Its weights: the largest int8. */
export const int8ProbeWeights = (): Int8Array => new Int8Array(int8ProbeLength ** 2).fill(WEIGHT);

/**
 * True if a processor adds pairs of products of uint8 and int8 in 16 bits, where 2 · 255 · 127 does not fit: x86 without VNNI
 * (vpmaddubsw).
 */
export const saturates = (results: ArrayLike<number>): boolean =>
  Array.from(results).some((y) => y !== int8ProbeLength * INPUT * WEIGHT);
