/** Precisions of a model's networks, by name. */
export const precisionNames = ["float32", "int8", "dynamic", "q8", "q4", "float16", "q8f16", "q4f16"] as const;

/**
 * "int8": layers whose ranges are known. "dynamic": the U-Net's linear layers, whose ranges are found in each run. "q8", "q4": the
 * weights of those layers alone, in 8 or 4 bits. "float16": U-Net and text encoders, on a GPU; "q8f16", "q4f16": both.
 */
export type Precision = (typeof precisionNames)[number];
