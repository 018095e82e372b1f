import { AquatintError } from "../../errors.ts";
import { concatBytes } from "../../util/concat.ts";
import { startsWith } from "../bytes.ts";
import { damaged } from "../damaged.ts";
import { MAX_TEXT_BYTES } from "../metadata/text-budget.ts";
import { latin1OrUtf8 } from "../metadata/text-encoding.ts";
import { XMP_KEYWORD } from "../metadata/xmp.ts";

/** Start of the chunks, after "RIFF", the file's length and "WEBP". */
const CHUNKS = 12;
const EXIF_PREFIX = "Exif\0\0";
const NONE = new Uint8Array();
const HAS_EXIF = 8;
const HAS_ALPHA = 16;

/** A part of a WebP file. */
export interface WebpChunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/** The chunks of a WebP file; lengths are checked. @throws AquatintError "image/truncated". */
export function* webpChunks(bytes: Uint8Array, name: string): Generator<WebpChunk, void, void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = CHUNKS; at < bytes.length; ) {
    const length = at + 8 <= bytes.length ? view.getUint32(at + 4, true) : Number.POSITIVE_INFINITY;
    if (at + 8 + length > bytes.length) throw damaged("truncated", name, "the file ends inside a chunk");
    const data = bytes.subarray(at + 8, at + 8 + length);
    yield { type: String.fromCharCode(...bytes.subarray(at, at + 4)), data };
    at += 8 + length + (length & 1);
  }
}

/** The EXIF block of a WebP file, without bytes where it has none. @throws AquatintError "image/truncated". */
export function webpExif(bytes: Uint8Array, { name = "the image" } = {}): Uint8Array {
  for (const { type, data } of webpChunks(bytes, name)) {
    if (type === "EXIF") return startsWith(data, EXIF_PREFIX) ? data.subarray(EXIF_PREFIX.length) : data;
  }
  return NONE;
}

/** Frames of an animated WebP file; 1 of a still image. @throws AquatintError "image/truncated". */
export const webpFrameCount = (bytes: Uint8Array, { name = "the image" } = {}): number =>
  Math.max(1, Array.from(webpChunks(bytes, name)).filter(({ type }) => type === "ANMF").length);

/** The XMP packet of a WebP file, under the keyword that PNG has for it. @throws as `webpExif`, or "image/too-large". */
export function webpTexts(bytes: Uint8Array, { name = "the image" } = {}): Readonly<Record<string, string>> {
  for (const { type, data } of webpChunks(bytes, name)) {
    if (type !== "XMP ") continue;
    if (data.length > MAX_TEXT_BYTES) {
      const message = `${name}: its XMP takes ${data.length} bytes, at most ${MAX_TEXT_BYTES} are read`;
      throw new AquatintError("image/too-large", message, { hint: "remove its XMP" });
    }
    return { [XMP_KEYWORD]: latin1OrUtf8(data) };
  }
  return {};
}

/** A copy of a WebP file with an EXIF block; a file of the simple layout is given the header of the extended one. */
export function webpWithExif(bytes: Uint8Array, tiff: Uint8Array): Uint8Array<ArrayBuffer> {
  const existing = Array.from(webpChunks(bytes, "the image"));
  const extended = existing.find(({ type }) => type === "VP8X")?.data ?? extendedHeader(existing);
  const header = Uint8Array.from(extended);
  header[0]! |= HAS_EXIF;
  const rest = existing.filter(({ type }) => type !== "VP8X" && type !== "EXIF");
  const body = concatBytes([{ type: "VP8X", data: header }, ...rest, { type: "EXIF", data: tiff }].map(webpChunkBytes));
  const head = new Uint8Array(CHUNKS);
  head.set(bytes.subarray(0, CHUNKS));
  new DataView(head.buffer).setUint32(4, body.length + 4, true);
  return concatBytes([head, body]);
}

/** Flags, and the image's size less one in three bytes each, from its one chunk. */
function extendedHeader([image]: readonly WebpChunk[]): Uint8Array {
  const { width, height, alpha } = imageHeader(image);
  const header = new Uint8Array(10);
  header[0] = alpha ? HAS_ALPHA : 0;
  for (let byte = 0; byte < 3; byte++) {
    header[4 + byte] = ((width - 1) >> (8 * byte)) & 255;
    header[7 + byte] = ((height - 1) >> (8 * byte)) & 255;
  }
  return header;
}

/** Size in the beginning of an image's chunk: "VP8 " is lossy (RFC 6386, 9.1), "VP8L" lossless. */
function imageHeader(image: WebpChunk | undefined) {
  const { type, data } = image ?? { type: "", data: NONE };
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (type === "VP8 " && data.length >= 10) {
    const side = (at: number) => view.getUint16(at, true) & 0x3fff;
    return { width: side(6), height: side(8), alpha: false };
  }
  if (type === "VP8L" && data.length >= 5) {
    const bits = view.getUint32(1, true); // after the signature: 14 bits of each side less one, one of transparency
    return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1, alpha: ((bits >> 28) & 1) === 1 };
  }
  throw damaged("corrupt", "the image", "it is a WebP file without an image");
}

/** A chunk as bytes, of even length. */
export function webpChunkBytes({ type, data }: WebpChunk): Uint8Array {
  const bytes = new Uint8Array(8 + data.length + (data.length & 1));
  for (let i = 0; i < 4; i++) bytes[i] = type.charCodeAt(i);
  new DataView(bytes.buffer).setUint32(4, data.length, true);
  bytes.set(data, 8);
  return bytes;
}
