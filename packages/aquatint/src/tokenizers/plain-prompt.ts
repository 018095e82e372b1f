import { itemAt } from "../util/items.ts";
import type { WeightedText } from "./attention.ts";
import { type ChunkOptions, type PromptChunk, promptChunks } from "./chunks.ts";
import { literal } from "./words.ts";

/** Syntax of a prompt: literally and cut at the encoder's length, as diffusers does, or with the web UI's signs. */
export const promptSyntaxes = ["plain", "a1111"] as const;
/** A syntax by its name. */
export type PromptSyntax = (typeof promptSyntaxes)[number];

/** Plain: brackets and colons mean themselves, so a text gives the same image as with diffusers. */
export const DEFAULT_PROMPT_SYNTAX: PromptSyntax = "plain";

/** The prompt up to and including a step, counted from 1. */
export interface EncodedStage {
  readonly until: number;
  readonly chunks: readonly PromptChunk[];
}
/** A prompt as ids and weights; stages follow each other, and the last one ends with the run. */
export interface EncodedPrompt {
  readonly stages: readonly EncodedStage[];
  /** The end of a plain prompt that did not fit; "" where all of it did. */
  readonly cut: string;
}

/** A prompt read literally, and cut at the encoder's length. */
export function plainPrompt(
  prompt: string,
  { steps, ...chunking }: ChunkOptions & { readonly steps: number },
): EncodedPrompt {
  const all = promptChunks([wordsApart(prompt, chunking.embeddings)], { ...chunking, commaReach: 0 });
  const [first, rest] = [itemAt(all, 0), all.slice(1)];
  const end = chunking.tokenizer.endTokenId;
  const cut = rest.flatMap(({ ids }) => Array.from(ids.subarray(1, ids.indexOf(end))));
  return { stages: [{ until: steps, chunks: [first] }], cut: chunking.tokenizer.decode(cut) };
}

/** The prompt cut around the words of embeddings, which are found whatever touches them, as diffusers' added tokens are. */
function wordsApart(prompt: string, embeddings: ChunkOptions["embeddings"]): readonly WeightedText[] {
  const words = [...(embeddings?.keys() ?? [])].sort((a, b) => b.length - a.length).map(literal);
  const parts = words.length > 0 ? prompt.split(new RegExp(`(${words.join("|")})`)) : [prompt];
  return parts.map((text) => ({ text, weight: 1 }));
}
