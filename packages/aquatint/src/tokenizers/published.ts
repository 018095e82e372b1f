import { itemAt } from "../util/items.ts";
import { type ClipTokenizer, clipTokenizer } from "./clip.ts";
import { byteSymbols, END, START, WORD_END } from "./words.ts";

/** CLIP's published vocabulary: ids by token, and the merges as lines of merges.txt. */
export interface ClipVocabulary {
  readonly vocab: Readonly<Record<string, number>>;
  readonly merges: string;
}

/** CLIP's vocabulary (OpenAI, MIT license) of 49,408 tokens, unpacked from the package; nothing is fetched. */
export async function clipVocabulary(): Promise<ClipVocabulary> {
  const { packedMerges } = await import("./generated/clip-merges.ts");
  const planes = await unpacked(packedMerges);
  const n = planes.length / 4;
  const symbols = [...byteSymbols, ...byteSymbols.map((symbol) => symbol + WORD_END)];
  const merges: string[] = [];
  /** The symbol whose number has its low byte in this plane and its high byte in the next. */
  const symbolAt = (plane: number, i: number): string =>
    itemAt(symbols, itemAt(planes, plane * n + i) | (itemAt(planes, (plane + 1) * n + i) << 8));
  for (let i = 0; i < n; i++) {
    const [first, second] = [symbolAt(0, i), symbolAt(2, i)];
    merges.push(`${first} ${second}`);
    symbols.push(first + second);
  }
  const tokens = [...symbols, START, END];
  return { vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges: merges.join("\n") };
}

/**
 * The tokenizer of Stable Diffusion, for checkpoints that bring no tokenizer files.
 * @param options.padToken "<|endoftext|>" for CLIP ViT-L (SD 1.x, SDXL's first); "!" for OpenCLIP (SD 2.x, SDXL's second).
 */
export async function publishedClipTokenizer({ padToken = END } = {}): Promise<ClipTokenizer> {
  return clipTokenizer({ ...(await clipVocabulary()), config: { model_max_length: 77, pad_token: padToken } });
}

async function unpacked(base64: string): Promise<Uint8Array> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
