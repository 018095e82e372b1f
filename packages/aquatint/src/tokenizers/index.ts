/** Prompts and their tokens. */
export * from "./attention.ts";
export * from "./chunks.ts";
export { type ClipTokenizer, clipTokenizer } from "./clip.ts";
export * from "./editing.ts";
export * from "./emphasis.ts";
export { type TokenizerFiles, tokenizerFileNames, tokenizerFrom } from "./files.ts";
export * from "./prompt.ts";
export { trainBytePairs } from "./train.ts";
