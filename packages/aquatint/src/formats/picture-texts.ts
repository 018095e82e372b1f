import { AquatintError } from "../errors.ts";
import { exifTexts } from "./exif.ts";
import { type PngChunk, pngError, readChunks } from "./png-chunks.ts";
import { compressedText, readTexts } from "./png-text.ts";

/** Bytes that a compressed text may unpack to: 16 MiB. */
export const MAX_TEXT_BYTES = 2 ** 24;

/**
 * The texts in a picture's file by keyword: of PNG its text chunks, compressed ones too; of JPEG and WebP those of EXIF.
 * @throws AquatintError "png/…" for a damaged PNG, or a text above `MAX_TEXT_BYTES`; "picture/unknown" for other files.
 */
export async function pictureTexts(
  bytes: Uint8Array,
  { name = "the picture" } = {},
): Promise<Readonly<Record<string, string>>> {
  const is = (at: number, signature: string) =>
    Array.from(signature).every((character, i) => bytes[at + i] === character.charCodeAt(0));
  if (is(0, "\x89PNG")) return pngTexts(readChunks(bytes, { name }), name);
  if (is(0, "\xff\xd8\xff")) return exifTexts(jpegExif(bytes));
  if (is(0, "RIFF") && is(8, "WEBP")) return exifTexts(webpExif(bytes));
  throw new AquatintError("picture/unknown", `${name} is no PNG, JPEG or WebP file`, {
    hint: "Give the picture as it was saved by the program that made it.",
  });
}

async function pngTexts(chunks: readonly PngChunk[], name: string): Promise<Record<string, string>> {
  const texts = new Map(Object.entries(readTexts(chunks)));
  let budget = MAX_TEXT_BYTES;
  for (const chunk of chunks) {
    const found = compressedText(chunk);
    if (!found || texts.has(found.keyword)) continue;
    const unpacked = await inflated(found.data, budget, name);
    budget -= unpacked.length;
    texts.set(found.keyword, new TextDecoder(found.encoding).decode(unpacked));
  }
  const exif = chunks.find(({ type }) => type === "eXIf");
  return { ...(exif && exifTexts(exif.data)), ...Object.fromEntries(texts) };
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
        throw pngError("too-large", name, `its texts unpack to more than ${MAX_TEXT_BYTES} bytes`, "Remove its texts.");
      }
      parts.push(part);
    }
  } catch (cause) {
    if (cause instanceof AquatintError) throw cause;
    throw pngError("corrupt", name, "a compressed text cannot be unpacked", "Fetch or save it again.", cause);
  }
  return new Uint8Array(await new Blob(parts.map((part) => part.slice())).arrayBuffer());
}

const NONE = new Uint8Array();

/** The TIFF block of the first APP1 segment that holds EXIF. */
function jpegExif(bytes: Uint8Array): Uint8Array {
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const [marker, length] = [bytes[at + 1]!, (bytes[at + 2]! << 8) | bytes[at + 3]!];
    if (marker === 0xda || length < 2) return NONE;
    const segment = bytes.subarray(at + 4, at + 2 + length);
    if (marker === 0xe1 && afterExif(segment)) return segment.subarray(6);
    at += 2 + length;
  }
  return NONE;
}

function webpExif(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 12; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at + 4, true);
    const chunk = bytes.subarray(at + 8, at + 8 + length);
    if (view.getUint32(at) === 0x45584946) return afterExif(chunk) ? chunk.subarray(6) : chunk;
    at += 8 + length + (length & 1);
  }
  return NONE;
}

const afterExif = (bytes: Uint8Array): boolean => new TextDecoder().decode(bytes.subarray(0, 6)) === "Exif\0\0";
