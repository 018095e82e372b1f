import { lookup } from "../util/items.ts";
import { type SpecialTokens, specialTokens, tokenizerError } from "./special.ts";
import { byteSymbols, literal, splitWords, symbolsText, WORD_END, wordSymbols } from "./words.ts";

/** The contents of a published CLIP tokenizer's files. */
export interface ClipTokenizerInput {
  /** vocab.json: ids by token. */
  readonly vocab: Readonly<Record<string, number>>;
  /** merges.txt: a version line, then one pair a line, the most important first. */
  readonly merges: string;
  /** tokenizer_config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  /** special_tokens_map.json; most published configurations repeat it. */
  readonly specialTokens?: Readonly<Record<string, unknown>>;
}

/** Text to ids as transformers' CLIPTokenizer makes them; no text fails. */
export interface ClipTokenizer {
  /** Ids of a padded text, start and end included: 77 for Stable Diffusion. */
  readonly modelMaxLength: number;
  /** Rows that an embedding table needs: the highest id plus one. */
  readonly vocabSize: number;
  readonly startTokenId: number;
  readonly endTokenId: number;
  readonly padTokenId: number;
  /** Ids with start and end, neither cut nor padded. */
  encode(text: string): number[];
  /** Ids of `encode`, padded or cut to `modelMaxLength`; a cut text keeps its end token. */
  pad(ids: readonly number[]): Int32Array<ArrayBuffer>;
  /** `pad(encode(text))`. */
  tokenize(text: string): Int32Array<ArrayBuffer>;
  /** The text of ids, without special tokens, words a space apart. */
  decode(ids: Iterable<number>): string;
}

/**
 * CLIP's byte-pair tokenizer from the published files.
 * @throws AquatintError "tokenizer/…" where the files contradict each other.
 */
export function clipTokenizer({ vocab, merges, config, specialTokens: map = {} }: ClipTokenizerInput): ClipTokenizer {
  const modelMaxLength = readMaxLength(config);
  const ids = readVocabulary(vocab);
  const special = specialTokens(config, map, ids);
  const tokens = new Map([...ids].map(([token, id]) => [id, token]));
  const wordIds = wordEncoder(ids, readMerges(merges, ids), special);
  const parts = new RegExp(
    `(${[...special.all.keys()]
      .sort((a, b) => b.length - a.length)
      .map(literal)
      .join("|")})`,
  );

  const textIds = (text: string): readonly number[] => splitWords(text).flatMap(wordIds);
  const encode = (text: string): number[] => {
    const inner = text.split(parts).flatMap((part) => special.all.get(part) ?? textIds(part));
    return [special.start, ...inner, special.end];
  };
  const pad = (ids: readonly number[]): Int32Array<ArrayBuffer> => {
    const out = new Int32Array(modelMaxLength).fill(special.pad);
    out.set(ids.slice(0, modelMaxLength));
    if (ids.length > modelMaxLength) out[modelMaxLength - 1] = special.end;
    return out;
  };
  const specialIds = new Set(special.all.values());
  return {
    modelMaxLength,
    vocabSize: [...tokens.keys(), ...specialIds].reduce((a, b) => Math.max(a, b)) + 1,
    startTokenId: special.start,
    endTokenId: special.end,
    padTokenId: special.pad,
    encode,
    pad,
    tokenize: (text) => pad(encode(text)),
    decode: (ids) => {
      const plain = Array.from(ids).filter((id) => !specialIds.has(id));
      return symbolsText(plain.map((id) => tokens.get(id) ?? "").join("")).trim();
    },
  };
}

function readMaxLength({ model_max_length: length, tokenizer_class: kind = "CLIPTokenizer" }: Record<string, unknown>) {
  if (kind !== "CLIPTokenizer" && kind !== "CLIPTokenizerFast") {
    throw tokenizerError("unsupported", `the tokenizer is a ${JSON.stringify(kind)}, expected a CLIPTokenizer`);
  }
  if (typeof length === "number" && Number.isSafeInteger(length) && length >= 2 && length <= 65536) return length;
  throw tokenizerError("config", `model_max_length is ${JSON.stringify(length)}, expected an integer of 2 to 65536`);
}

function readVocabulary(vocab: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  const ids = new Map(Object.entries(vocab));
  if (
    ![...ids.values()].every((id) => Number.isSafeInteger(id) && id >= 0) ||
    new Set(ids.values()).size !== ids.size
  ) {
    throw tokenizerError("vocabulary", "its ids must be distinct integers of 0 or more");
  }
  const missing = byteSymbols.flatMap((symbol) => [symbol, symbol + WORD_END]).find((symbol) => !ids.has(symbol));
  if (missing === undefined) return ids;
  throw tokenizerError("vocabulary", `it lacks ${JSON.stringify(missing)}, one of the 512 byte symbols of CLIP`);
}

/** The rank of each pair, written "left right". */
function readMerges(text: string, ids: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const lines = text.trim().split(/\r?\n/);
  const pairs = lines.slice(lines[0]?.startsWith("#version") ? 1 : 0).filter((line) => line !== "");
  for (const pair of pairs) {
    const [first = "", second = "", ...rest] = pair.split(" ");
    if (first && second && rest.length === 0 && ids.has(first + second)) continue;
    throw tokenizerError("merges", `${JSON.stringify(pair)} is not a pair of symbols whose merge is in the vocabulary`);
  }
  return new Map(pairs.map((pair, rank) => [pair, rank]));
}

/** Most words kept in memory with their ids. */
const CACHED_WORDS = 16384;

function wordEncoder(ids: ReadonlyMap<string, number>, ranks: ReadonlyMap<string, number>, special: SpecialTokens) {
  const cache = new Map<string, readonly number[]>();
  return (word: string): readonly number[] => {
    const id = special.all.get(word);
    if (id !== undefined) return [id];
    let pieces = cache.get(word);
    if (!pieces) {
      pieces = mergeSymbols(wordSymbols(word), ranks).map((symbol) => lookup(ids, symbol));
      if (cache.size >= CACHED_WORDS) cache.clear();
      cache.set(word, pieces);
    }
    return pieces;
  };
}

/** Merges the pair of the lowest rank, everywhere from the left, until no pair has one. */
function mergeSymbols(symbols: readonly string[], ranks: ReadonlyMap<string, number>): readonly string[] {
  let merged = symbols;
  for (let best = bestPair(merged, ranks); best !== undefined; best = bestPair(merged, ranks)) {
    merged = mergePair(merged, best);
  }
  return merged;
}

function bestPair(symbols: readonly string[], ranks: ReadonlyMap<string, number>): string | undefined {
  let best: string | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  for (let i = 1; i < symbols.length; i++) {
    const pair = `${symbols[i - 1]} ${symbols[i]}`;
    const rank = ranks.get(pair) ?? Number.POSITIVE_INFINITY;
    if (rank < lowest) [best, lowest] = [pair, rank];
  }
  return best;
}

/** `symbols` with each occurrence of the pair "left right" made one symbol, from the left. */
export function mergePair(symbols: readonly string[], pair: string): string[] {
  const merged: string[] = [];
  for (let i = 0; i < symbols.length; i++) {
    const [first = "", second] = [symbols[i], symbols[i + 1]];
    const isPair = second !== undefined && `${first} ${second}` === pair;
    merged.push(isPair ? first + second : first);
    if (isPair) i++;
  }
  return merged;
}
