import type { WeightedText } from "../../tokenizers/attention.ts";
import { type EncodedPrompt, type PromptSyntax, plainPrompt } from "../../tokenizers/plain-prompt.ts";
import type { EncodePromptOptions } from "../../tokenizers/prompt.ts";
import { lookup } from "../../util/items.ts";

/** Reading of prompts in a syntax. */
export interface PromptReader {
  /** The prompts that a text joins, each with its weight. */
  subprompts(text: string): readonly WeightedText[];
  encode(text: string, options: Omit<EncodePromptOptions, "syntax">): EncodedPrompt;
}

/** Prompts that mean themselves. */
export const plainReader: PromptReader = {
  subprompts: (text) => [{ text, weight: 1 }],
  encode: (text, { steps, emphasis: _, ...chunking }) => plainPrompt(text, steps, chunking),
};

const loaders: Readonly<Record<PromptSyntax, () => Promise<PromptReader>>> = {
  plain: async () => plainReader,
  a1111: async () => (await import("./a1111-reader.ts")).a1111Reader,
};

/** The reader of a syntax, whose code is loaded for it. */
export const promptReader = (syntax: PromptSyntax): Promise<PromptReader> => lookup(loaders, syntax)();
