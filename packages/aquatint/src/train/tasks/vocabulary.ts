import type { Dataset } from "../../data/dataset.ts";
import { type TokenizerFiles, tokenizerFrom } from "../../tokenizers/files.ts";
import { trainBytePairs } from "../../tokenizers/train.ts";

/** Sources of a run's vocabulary. */
export interface VocabularyInput {
  readonly dataset: Dataset;
  /** Assets at the start of the run, where it is resumed. */
  readonly assets?: Readonly<Record<string, string>> | undefined;
  /** The vocabulary of the model that the run begins with. */
  readonly initial?: TokenizerFiles | undefined;
}

/** The vocabulary is the run's own, or the initial model's, or learned from the captions. */
export const settledVocabulary = (
  { merges, context }: { readonly merges: number; readonly context: number },
  { dataset, assets, initial }: VocabularyInput,
): TokenizerFiles =>
  (assets as TokenizerFiles | undefined) ??
  initial ??
  trainBytePairs(dataset.captions(), { merges, contextLength: context });

/** The keys of a text encoder's config that follow from its vocabulary, in transformers' names. */
export function vocabularyConfig(files: TokenizerFiles) {
  const { vocabSize, endTokenId, modelMaxLength } = tokenizerFrom(files);
  return { vocab_size: vocabSize, max_position_embeddings: modelMaxLength, eos_token_id: endTokenId };
}
