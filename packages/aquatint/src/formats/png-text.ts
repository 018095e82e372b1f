import { type PngChunk, pngError } from "./png-chunks.ts";

const isLatin1 = (text: string): boolean => Array.from(text).every((c) => c <= "\xff");
const latin1 = (text: string): number[] => Array.from(text, (c) => c.charCodeAt(0));
const fromLatin1 = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

/** A keyword and its text as a chunk: tEXt where Latin-1 can hold the text, else iTXt (UTF-8), as PIL chooses. */
export function textChunk(keyword: string, text: string): PngChunk {
  if (!/^[ -~\xa1-\xff]{1,79}$/.test(keyword) || /^ | {2}| $/.test(keyword)) {
    const hint = "Use 1 to 79 printable Latin-1 characters, without spaces around or two in a row.";
    throw pngError("keyword", JSON.stringify(keyword), "it is not a keyword of PNG text", hint);
  }
  if (text.includes("\0")) throw pngError("text", keyword, "the text contains a zero character", "Remove it.");
  if (isLatin1(text)) return { type: "tEXt", data: Uint8Array.from([...latin1(keyword), 0, ...latin1(text)]) };
  // after the keyword: compression flag, method, empty language, empty translated keyword
  return {
    type: "iTXt",
    data: Uint8Array.from([...latin1(keyword), 0, 0, 0, 0, 0, ...new TextEncoder().encode(text)]),
  };
}

/** The uncompressed texts of a file by keyword, the first of each; compressed ones (zTXt, flagged iTXt) are left out. */
export function readTexts(chunks: readonly PngChunk[]): Record<string, string> {
  const texts = new Map<string, string>();
  for (const chunk of chunks) {
    const [keyword, text] = readText(chunk) ?? [];
    if (keyword !== undefined && text !== undefined && !texts.has(keyword)) texts.set(keyword, text);
  }
  return Object.fromEntries(texts);
}

function readText({ type, data }: PngChunk): readonly [keyword: string, text: string] | undefined {
  if (type !== "tEXt" && type !== "iTXt") return undefined;
  const end = data.indexOf(0);
  if (end < 1) return undefined;
  const keyword = fromLatin1(data.subarray(0, end));
  if (type === "tEXt") return [keyword, fromLatin1(data.subarray(end + 1))];
  const language = data.indexOf(0, end + 3);
  const translated = data.indexOf(0, language + 1);
  if (data[end + 1] !== 0 || language < 0 || translated < 0) return undefined;
  return [keyword, new TextDecoder().decode(data.subarray(translated + 1))];
}

/** A text of PNG that is compressed with zlib: zTXt, or iTXt with its flag set. */
export interface CompressedText {
  readonly keyword: string;
  readonly data: Uint8Array<ArrayBuffer>;
  readonly encoding: "latin1" | "utf-8";
}

/** The compressed text of a chunk, still packed; undefined for other chunks. */
export function compressedText({ type, data }: PngChunk): CompressedText | undefined {
  const end = data.indexOf(0);
  if ((type !== "zTXt" && type !== "iTXt") || end < 1) return undefined;
  const keyword = fromLatin1(data.subarray(0, end));
  if (type === "zTXt") return { keyword, data: data.slice(end + 2), encoding: "latin1" };
  const language = data.indexOf(0, end + 3);
  const translated = language < 0 ? -1 : data.indexOf(0, language + 1);
  if (data[end + 1] !== 1 || translated < 0) return undefined;
  return { keyword, data: data.slice(translated + 1), encoding: "utf-8" };
}
