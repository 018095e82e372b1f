import type { WeightedText } from "../../tokenizers/attention.ts";
import type { EncodedPrompt } from "../../tokenizers/plain-prompt.ts";
import type { EncodePromptOptions } from "../../tokenizers/prompt.ts";

/** Reading of prompts in a syntax. */
export interface PromptReader {
  /** The prompts that a text joins, each with its weight. */
  subprompts(text: string): readonly WeightedText[];
  encode(text: string, options: Omit<EncodePromptOptions, "syntax">): EncodedPrompt;
}
