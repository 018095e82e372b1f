import { startsWith } from "../bytes.ts";
import { exifOrientation } from "../image/exif.ts";
import { pngFrameCount } from "../image/frame-count.ts";
import { framesNote, type ImageFile, withoutOpaqueAlpha } from "../image/image-file.ts";
import { upright } from "../image/orientation.ts";
import { type PngChunk, readChunks } from "./chunks.ts";
import { decodePng } from "./png.ts";
import { allTexts } from "./text.ts";

/**
 * A PNG file as the readers of Node and of browsers give it: what `decodePng` gives, turned upright also where ImageMagick put
 * EXIF into a text, and with what is not taken over. @throws AquatintError "png/…".
 */
export async function readPng(
  bytes: Uint8Array,
  limits: { readonly name: string; readonly maxPixels?: number },
): Promise<ImageFile> {
  const image = withoutOpaqueAlpha(decodePng(bytes, limits));
  const chunks = readChunks(bytes, limits);
  const orientation = chunks.some(({ type }) => type === "eXIf") ? 1 : await orientationInText(chunks);
  return { ...upright(image, orientation), notes: [...framesNote(pngFrameCount(chunks)), ...profileNote(chunks)] };
}

/** A profile's name ends with a zero byte; "sRGB" in it is what is taken for granted anyway. */
function profileNote(chunks: readonly PngChunk[]): readonly string[] {
  const data = chunks.find(({ type }) => type === "iCCP")?.data;
  if (!data) return [];
  const name = String.fromCharCode(...data.subarray(0, Math.max(0, data.subarray(0, 80).indexOf(0))));
  return /sRGB/i.test(name) ? [] : [`its color profile "${name}" is not applied`];
}

const RAW_PROFILES = ["Raw profile type exif", "Raw profile type APP1"];

/** The orientation in a text of ImageMagick, which older versions write in place of eXIf: a length, then hexadecimal digits. */
async function orientationInText(chunks: readonly PngChunk[]): Promise<number> {
  const profiles = chunks.filter(({ data }) => RAW_PROFILES.some((keyword) => startsWith(data, keyword)));
  const texts = Object.values(await allTexts(profiles).catch(() => ({})));
  for (const text of texts) {
    const [, digits = ""] = /^\s*\w+\s+\d+\s+([0-9a-f\s]+)$/i.exec(text) ?? [];
    const pairs = digits.replace(/\s/g, "").match(/../g) ?? [];
    const orientation = exifOrientation(Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16)));
    if (orientation !== 1) return orientation;
  }
  return 1;
}
