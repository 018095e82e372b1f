import { AquatintError } from "../errors.ts";
import { itemAt } from "../util/items.ts";
import type { WeightedText } from "./attention.ts";
import type { ClipTokenizer } from "./clip.ts";

/** A vector of a textual-inversion embedding that takes the place of the token at `at` in a chunk. */
export interface EmbeddedVector {
  readonly at: number;
  readonly name: string;
  /** Which of the embedding's vectors. */
  readonly index: number;
}

/** Ids that the text encoder reads at once: 77 ids and their weights for Stable Diffusion, start and end included. */
export interface PromptChunk {
  readonly ids: Int32Array<ArrayBuffer>;
  readonly weights: Float32Array<ArrayBuffer>;
  readonly vectors: readonly EmbeddedVector[];
}

/** Options of `promptChunks` besides the text. */
export interface ChunkOptions {
  readonly tokenizer: ClipTokenizer;
  /** The number of vectors of each textual-inversion embedding, by the word that calls it. */
  readonly embeddings?: ReadonlyMap<string, number>;
  /** A full chunk ends after its last comma where that is at most so many tokens back; 20, the web UI's, if absent. */
  readonly commaReach?: number;
}

/** One token, or all vectors of an embedding, which stay together. */
interface Item {
  readonly id: number;
  readonly weight: number;
  readonly name?: string;
  readonly vectors: number;
}

/**
 * Chunks of at most `modelMaxLength - 2` tokens (75), as AUTOMATIC1111's web UI cuts them; a section begins a new one,
 * an empty last one does not.
 * @throws AquatintError "prompt/embedding" where an embedding is longer than a chunk.
 */
export function promptChunks(
  sections: readonly (readonly WeightedText[])[],
  { tokenizer, embeddings = new Map(), commaReach = 20 }: ChunkOptions,
): readonly PromptChunk[] {
  const room = tokenizer.modelMaxLength - 2;
  const words = embeddedWords(embeddings, tokenizer, room);
  const comma = wordIds(tokenizer, ",")[0];
  const items = sections.map((section) =>
    section.flatMap(({ text, weight }) => itemsOf(wordIds(tokenizer, text), weight, words)),
  );
  if (items.length > 1 && itemAt(items, -1).length === 0) items.pop();
  const chunks = items.flatMap((section) => cut(section, { room, comma, commaReach }));
  return chunks.map((chunk) => chunkOf(chunk, tokenizer));
}

/** Chunks followed by empty ones up to `count`: a prompt and its negative need equally many. */
export function padChunks(
  chunks: readonly PromptChunk[],
  { count, tokenizer }: { readonly count: number; readonly tokenizer: ClipTokenizer },
): readonly PromptChunk[] {
  const missing = Math.max(0, count - chunks.length);
  return [...chunks, ...Array.from({ length: missing }, () => chunkOf([], tokenizer))];
}

const wordIds = (tokenizer: ClipTokenizer, text: string): readonly number[] => tokenizer.encode(text).slice(1, -1);

interface EmbeddedWord {
  readonly ids: readonly number[];
  readonly name: string;
  readonly vectors: number;
}

/** The longest words first, so that "cat-toy" is found before "cat". */
function embeddedWords(embeddings: ReadonlyMap<string, number>, tokenizer: ClipTokenizer, room: number) {
  const words: EmbeddedWord[] = [];
  for (const [name, vectors] of embeddings) {
    const ids = wordIds(tokenizer, name);
    if (ids.length === 0 || !Number.isSafeInteger(vectors) || vectors < 1 || vectors > room) {
      const message = `the embedding ${JSON.stringify(name)} has ${vectors} vectors, expected a word and 1 to ${room}`;
      throw new AquatintError("prompt/embedding", message, { hint: "use an embedding that was made for this model" });
    }
    words.push({ ids, name, vectors });
  }
  return words.sort((a, b) => b.ids.length - a.ids.length);
}

function itemsOf(ids: readonly number[], weight: number, words: readonly EmbeddedWord[]): Item[] {
  const items: Item[] = [];
  for (let i = 0; i < ids.length; i++) {
    const word = words.find((candidate) => candidate.ids.every((id, k) => ids[i + k] === id));
    if (word) items.push({ id: 0, weight, name: word.name, vectors: word.vectors });
    else items.push({ id: itemAt(ids, i), weight, vectors: 1 });
    i += (word?.ids.length ?? 1) - 1;
  }
  return items;
}

const lengthOf = (items: readonly Item[]): number => items.reduce((sum, { vectors }) => sum + vectors, 0);

interface Limits {
  readonly room: number;
  readonly comma: number | undefined;
  readonly commaReach: number;
}

function cut(items: readonly Item[], { room, comma, commaReach }: Limits): readonly (readonly Item[])[] {
  const chunks: Item[][] = [];
  let chunk: Item[] = [];
  for (const item of items) {
    if (lengthOf(chunk) + item.vectors > room) {
      const after =
        lengthOf(chunk) === room && item.id !== comma ? chunk.findLastIndex(({ id }) => id === comma) + 1 : 0;
      const moved = after > 0 && lengthOf(chunk.slice(after - 1)) <= commaReach ? chunk.splice(after) : [];
      chunks.push(chunk);
      chunk = moved;
    }
    if (lengthOf(chunk) + item.vectors > room) {
      chunks.push(chunk);
      chunk = [];
    }
    chunk.push(item);
  }
  return [...chunks, chunk];
}

function chunkOf(items: readonly Item[], tokenizer: ClipTokenizer): PromptChunk {
  const { startTokenId, endTokenId, modelMaxLength } = tokenizer;
  const expanded = items.flatMap(({ vectors, ...item }) =>
    Array.from({ length: vectors }, (_, index) => ({ ...item, index })),
  );
  const ids = tokenizer.pad([startTokenId, ...expanded.map(({ id }) => id), endTokenId]);
  const weights = new Float32Array(modelMaxLength).fill(1);
  for (const [i, { weight }] of expanded.entries()) weights[i + 1] = weight;
  const vectors = expanded.flatMap(({ name, index }, i) => (name === undefined ? [] : [{ at: i + 1, name, index }]));
  return { ids, weights, vectors };
}
