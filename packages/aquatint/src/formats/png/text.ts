import { AquatintError } from "../../errors.ts";
import { concatBytes } from "../../util/concat.ts";
import type { ImageTexts } from "../image/image-texts.ts";
import { MAX_TEXT_BYTES } from "../metadata/text-budget.ts";
import { latin1OrUtf8, looksLikeUtf8 } from "../metadata/text-encoding.ts";
import { joinChunks, type PngChunk, pngError, readChunks } from "./chunks.ts";

/** Tells whether Latin-1 can hold a text, and readers that try UTF-8 first will not misread it. */
const isLatin1 = (text: string): boolean =>
  Array.from(text).every((c) => c <= "\xff") && !looksLikeUtf8(Uint8Array.from(latin1(text)));
const latin1 = (text: string): number[] => Array.from(text, (c) => c.charCodeAt(0));
const fromLatin1 = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

/** A keyword and its text as a chunk: tEXt where Latin-1 can hold the text, else iTXt (UTF-8). */
export function textChunk(keyword: string, text: string): PngChunk {
  if (!/^[ -~\xa1-\xff]{1,79}$/.test(keyword) || /^ | {2}| $/.test(keyword)) {
    const hint = "use 1 to 79 printable Latin-1 characters, without spaces around or two in a row";
    throw pngError("keyword", JSON.stringify(keyword), "it is not a keyword of PNG text", hint);
  }
  if (text.includes("\0")) throw pngError("text", keyword, "the text contains a zero character", "remove it");
  if (isLatin1(text)) return { type: "tEXt", data: Uint8Array.from([...latin1(keyword), 0, ...latin1(text)]) };
  // after the keyword: compression flag, method, empty language, empty translated keyword
  return {
    type: "iTXt",
    data: Uint8Array.from([...latin1(keyword), 0, 0, 0, 0, 0, ...new TextEncoder().encode(text)]),
  };
}

/** A copy of a PNG file with texts before its image. @throws AquatintError "png/…" for a damaged file or a wrong keyword. */
export function pngWithTexts(bytes: Uint8Array, texts: ImageTexts): Uint8Array<ArrayBuffer> {
  const [header, ...rest] = readChunks(bytes);
  const textChunks = Object.entries(texts).map(([keyword, text]) => textChunk(keyword, text));
  return joinChunks([...(header ? [header] : []), ...textChunks, ...rest]);
}

const textTypes = ["tEXt", "iTXt", "zTXt"];

/**
 * The uncompressed texts of a file by keyword, the first of each; compressed ones (zTXt, flagged iTXt) are left out.
 * @throws AquatintError "png/too-large" beyond `MAX_TEXT_BYTES` in all.
 */
export function readTexts(chunks: readonly PngChunk[], { name = "the image" } = {}): Record<string, string> {
  const texts = new Map<string, string>();
  const size = chunks.reduce((sum, { type, data }) => sum + (textTypes.includes(type) ? data.length : 0), 0);
  if (size > MAX_TEXT_BYTES) throw tooMuchText(name, `its texts take ${size} bytes`);
  for (const chunk of chunks) {
    const [keyword, text] = readText(chunk) ?? [];
    if (keyword !== undefined && text !== undefined && !texts.has(keyword)) texts.set(keyword, text);
  }
  return Object.fromEntries(texts);
}

const tooMuchText = (name: string, problem: string) =>
  pngError("too-large", name, `${problem}, at most ${MAX_TEXT_BYTES} are read`, "remove its texts");

/** All texts of a file by keyword, compressed ones too. @throws AquatintError "png/corrupt", or "png/too-large". */
export async function allTexts(
  chunks: readonly PngChunk[],
  { name = "the image" } = {},
): Promise<Record<string, string>> {
  const texts = new Map(Object.entries(readTexts(chunks, { name })));
  let budget = MAX_TEXT_BYTES;
  for (const chunk of chunks) {
    const entry = compressedText(chunk);
    if (!entry || texts.has(entry.keyword)) continue;
    const unpacked = await inflated(entry.data, budget, name);
    budget -= unpacked.length;
    texts.set(entry.keyword, latin1OrUtf8(unpacked));
  }
  return Object.fromEntries(texts);
}

async function inflated(data: Uint8Array<ArrayBuffer>, budget: number, name: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      const part = value!;
      length += part.length;
      if (length > budget) {
        await reader.cancel();
        throw tooMuchText(name, `its texts unpack to more than ${budget} bytes`);
      }
      parts.push(part);
    }
  } catch (cause) {
    if (cause instanceof AquatintError) throw cause;
    throw pngError("corrupt", name, "a compressed text cannot be unpacked", "fetch or save it again", cause);
  }
  return concatBytes(parts);
}

function readText({ type, data }: PngChunk): readonly [keyword: string, text: string] | undefined {
  if (type !== "tEXt" && type !== "iTXt") return undefined;
  const end = data.indexOf(0);
  if (end < 1) return undefined;
  const keyword = fromLatin1(data.subarray(0, end));
  if (type === "tEXt") return [keyword, latin1OrUtf8(data.subarray(end + 1))];
  const language = data.indexOf(0, end + 3);
  const translated = data.indexOf(0, language + 1);
  if (data[end + 1] !== 0 || language < 0 || translated < 0) return undefined;
  return [keyword, new TextDecoder().decode(data.subarray(translated + 1))];
}

/** A text of PNG that is compressed with zlib: zTXt, or iTXt with its flag set. */
interface CompressedText {
  readonly keyword: string;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** The compressed text of a chunk, still packed; undefined for other chunks. */
function compressedText({ type, data }: PngChunk): CompressedText | undefined {
  const end = data.indexOf(0);
  if ((type !== "zTXt" && type !== "iTXt") || end < 1) return undefined;
  const keyword = fromLatin1(data.subarray(0, end));
  if (type === "zTXt") return { keyword, data: data.slice(end + 2) };
  const language = data.indexOf(0, end + 3);
  const translated = language < 0 ? -1 : data.indexOf(0, language + 1);
  if (data[end + 1] !== 1 || translated < 0) return undefined;
  return { keyword, data: data.slice(translated + 1) };
}
