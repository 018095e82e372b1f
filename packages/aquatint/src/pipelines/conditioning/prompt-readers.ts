import { type PromptSyntax, plainPrompt } from "../../tokenizers/plain-prompt.ts";
import { lookup } from "../../util/items.ts";
import type { PromptReader } from "./prompt-reader.ts";

/** Prompts that mean themselves. */
export const plainReader: PromptReader = {
  subprompts: (text) => [{ text, weight: 1 }],
  encode: plainPrompt,
};

const loaders: Readonly<Record<PromptSyntax, () => Promise<PromptReader>>> = {
  plain: async () => plainReader,
  a1111: async () => (await import("./a1111-reader.ts")).a1111Reader,
};

/** The reader of a syntax, whose code is loaded for it. */
export const promptReader = (syntax: PromptSyntax): Promise<PromptReader> => lookup(loaders, syntax)();
