import type { ClipTokenizer } from "aquatint/tokenizers";

/** A word of a prompt and its tokens. */
export interface PromptWord {
  readonly text: string;
  /** The place of its first token among the prompt's, the start token being 0. */
  readonly from: number;
  readonly ids: readonly number[];
}

/** The words of a prompt, as far as they fit the tokenizer. */
export function promptWords(tokenizer: Pick<ClipTokenizer, "encode" | "modelMaxLength">, prompt: string): PromptWord[] {
  let from = 1;
  return prompt.split(/\s+/).flatMap((text) => {
    const ids = tokenizer.encode(text).slice(1, -1);
    const word = { text, from, ids };
    from += ids.length;
    return ids.length > 0 && from < tokenizer.modelMaxLength ? [word] : [];
  });
}

/** The map of one word, [places]: the sum of its tokens' weights in attention [places, tokens]. */
export const wordMap = (
  { weights, tokens }: { readonly weights: Float32Array; readonly tokens: number },
  { from, ids }: Pick<PromptWord, "from" | "ids">,
): Float32Array =>
  Float32Array.from({ length: weights.length / tokens }, (_, position) =>
    ids.reduce((sum, _id, i) => sum + (weights[position * tokens + from + i] ?? 0), 0),
  );
