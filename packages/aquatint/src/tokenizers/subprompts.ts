import type { WeightedText } from "./attention.ts";

/** AND as a word of its own; letters and digits of any script touch it. */
const separator = /(?<![\p{L}\p{N}_])AND(?![\p{L}\p{N}_])/u;
const number = /^\s*[-+]?(?:\d+\.?|\d*\.\d+)$/;

/**
 * The prompts that AND joins, as AUTOMATIC1111's web UI splits them: before brackets are read. A number after the last
 * colon of one is its weight, also where there is no AND; 1 if absent.
 */
export const subprompts = (prompt: string): readonly WeightedText[] => prompt.split(separator).map(weighted);

function weighted(part: string): WeightedText {
  const text = part.trimEnd();
  const colon = text.lastIndexOf(":");
  const weight = text.slice(colon + 1);
  return colon >= 0 && number.test(weight)
    ? { text: text.slice(0, colon).trimEnd(), weight: Number(weight) }
    : { text, weight: 1 };
}
