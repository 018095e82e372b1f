import { encodePrompt } from "../../tokenizers/prompt.ts";
import { subprompts } from "../../tokenizers/subprompts.ts";
import type { PromptReader } from "./prompt-reader.ts";

/** AUTOMATIC1111's syntax: AND, weights, BREAK, edits and alternations. */
export const a1111Reader: PromptReader = {
  subprompts,
  encode: (text, options) => encodePrompt(text, { ...options, syntax: "a1111" }),
};
