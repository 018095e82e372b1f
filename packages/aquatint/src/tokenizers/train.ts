import { mergePair } from "./clip.ts";
import type { TokenizerFiles } from "./files.ts";
import { tokenizerError } from "./special.ts";
import { byteSymbols, END, START, splitWords, WORD_END, wordSymbols } from "./words.ts";

/** Options of `trainBytePairs`. */
export interface TrainBytePairsOptions {
  /** Pairs to merge at most; fewer where no pair occurs twice. The vocabulary has 514 tokens more. */
  readonly merges: number;
  /** Ids of a padded text, start and end included. */
  readonly contextLength: number;
}

/**
 * A vocabulary of its own for these texts, in CLIP's format: 256 bytes, the same ending a word, merges, two special tokens.
 * Byte-pair encoding after Sennrich et al. 2016; of equally frequent pairs the alphabetically first is merged.
 */
export function trainBytePairs(
  texts: Iterable<string>,
  { merges, contextLength }: TrainBytePairsOptions,
): TokenizerFiles {
  if (!Number.isSafeInteger(merges) || merges < 0 || !Number.isSafeInteger(contextLength) || contextLength < 2) {
    const message = `merges is ${merges}, contextLength ${contextLength}`;
    throw tokenizerError("option", `${message}, expected integers of at least 0 and 2`);
  }
  const words = countWords(texts);
  const pairs = countPairs(words);
  const tokens = new Set([...byteSymbols, ...byteSymbols.map((symbol) => symbol + WORD_END)]);
  const lines: string[] = [];
  for (let best = mostFrequent(pairs); best !== undefined && lines.length < merges; best = mostFrequent(pairs)) {
    mergeInWords(words, pairs, best);
    tokens.add(best.replace(" ", ""));
    lines.push(best);
  }
  const special = { bos_token: START, eos_token: END, unk_token: END, pad_token: END };
  const config = { ...special, model_max_length: contextLength, tokenizer_class: "CLIPTokenizer" };
  return {
    "vocab.json": json(Object.fromEntries([...tokens, START, END].map((token, id) => [token, id]))),
    "merges.txt": `${["#version: 0.2", ...lines].join("\n")}\n`,
    "tokenizer_config.json": json({ ...config, add_prefix_space: false, do_lower_case: true, errors: "replace" }),
    "special_tokens_map.json": json(special),
  };
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;

interface Word {
  symbols: readonly string[];
  readonly count: number;
}
type PairCounts = Map<string, number>;

function countWords(texts: Iterable<string>): Word[] {
  const counts = new Map<string, number>();
  for (const text of texts) for (const word of splitWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => ({ symbols: wordSymbols(word), count }));
}

function addPairs(pairs: PairCounts, symbols: readonly string[], count: number): void {
  for (let i = 1; i < symbols.length; i++) {
    const pair = `${symbols[i - 1]} ${symbols[i]}`;
    pairs.set(pair, (pairs.get(pair) ?? 0) + count);
  }
}

function countPairs(words: readonly Word[]): PairCounts {
  const pairs: PairCounts = new Map();
  for (const { symbols, count } of words) addPairs(pairs, symbols, count);
  return pairs;
}

function mostFrequent(pairs: PairCounts): string | undefined {
  let best: string | undefined;
  let highest = 2;
  for (const [pair, count] of pairs) {
    if (count > highest || (count === highest && (best === undefined || pair < best))) [best, highest] = [pair, count];
  }
  return best;
}

/** Merges one pair in every word and keeps the counts right. */
function mergeInWords(words: readonly Word[], pairs: PairCounts, best: string): void {
  for (const word of words) {
    const merged = mergePair(word.symbols, best);
    if (merged.length === word.symbols.length) continue;
    addPairs(pairs, word.symbols, -word.count);
    addPairs(pairs, merged, word.count);
    word.symbols = merged;
  }
  pairs.delete(best);
}
