import type { HostTensor } from "../../graph/types.ts";
import type { ClipTokenizer } from "../../tokenizers/clip.ts";

/** Captions as a text encoder wants them: int32 ids [n, tokens]. */
export function captionIds(tokenizer: ClipTokenizer, captions: readonly string[]): HostTensor {
  const length = tokenizer.modelMaxLength;
  const data = new Int32Array(captions.length * length);
  for (const [i, caption] of captions.entries()) data.set(tokenizer.tokenize(caption), i * length);
  return { dtype: "int32", shape: [captions.length, length], data };
}
