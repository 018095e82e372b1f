/** Prompts and their tokens. */
export { parseAttention, type WeightedText } from "./attention.ts";
export { type ChunkOptions, type EmbeddedVector, type PromptChunk, padChunks, promptChunks } from "./chunks.ts";
export { type ClipTokenizer, type ClipTokenizerInput, clipTokenizer } from "./clip.ts";
export * from "./editing.ts";
export * from "./emphasis.ts";
export { type TokenizerFiles, tokenizerFileNames, tokenizerFrom } from "./files.ts";
export {
  DEFAULT_PROMPT_SYNTAX,
  type EncodedPrompt,
  type EncodedStage,
  type PromptSyntax,
  promptSyntaxes,
} from "./plain-prompt.ts";
export * from "./prompt.ts";
export { subprompts } from "./subprompts.ts";
export { type TrainBytePairsOptions, trainBytePairs } from "./train.ts";
