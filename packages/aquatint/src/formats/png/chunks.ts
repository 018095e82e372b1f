import { AquatintError } from "../../errors.ts";

/** One chunk of a PNG file: four letters and its bytes. */
export interface PngChunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/** Chunks of a file at most: images of 8192 x 8192 pixels have some thousand. */
const MAX_CHUNKS = 2 ** 18;
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** A refusal with a code "png/kind" and the file's name in front. */
export const pngError = (kind: string, name: string, problem: string, hint?: string, cause?: unknown) =>
  new AquatintError(`png/${kind}`, `${name}: ${problem}`, { hint, cause });

const crcTable = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** The CRC-32 of PNG and zip. */
export function crc32(bytes: Uint8Array): number {
  let c = -1;
  for (let i = 0; i < bytes.length; i++) c = crcTable[(c ^ bytes[i]!) & 255]! ^ (c >>> 8);
  return ~c >>> 0;
}

/** The chunks of a PNG file up to IEND, as views; lengths and checksums are checked. */
export function readChunks(bytes: Uint8Array, { name = "the image" } = {}): PngChunk[] {
  if (!SIGNATURE.every((byte, i) => bytes[i] === byte)) {
    throw pngError("not-png", name, "it does not begin with the PNG signature", "save the image as PNG");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: PngChunk[] = [];
  let at = SIGNATURE.length;
  while (chunks.at(-1)?.type !== "IEND") {
    const length = at + 12 <= bytes.length ? view.getUint32(at) : Number.POSITIVE_INFINITY;
    const end = at + 8 + length;
    if (end + 4 > bytes.length) throw pngError("truncated", name, "the file ends inside a chunk", "fetch it again");
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) {
      throw pngError("corrupt", name, `the checksum of the chunk ${JSON.stringify(type)} is wrong`, "fetch it again");
    }
    if (chunks.length === MAX_CHUNKS) {
      throw pngError("too-large", name, `it has more than ${MAX_CHUNKS} chunks`, "save it again");
    }
    chunks.push({ type, data: bytes.subarray(at + 8, end) });
    at = end + 4;
  }
  return chunks;
}

/** A PNG file of these chunks. */
export function joinChunks(chunks: readonly PngChunk[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((sum, { data }) => sum + data.length + 12, SIGNATURE.length));
  const view = new DataView(bytes.buffer);
  bytes.set(SIGNATURE);
  let at = SIGNATURE.length;
  for (const { type, data } of chunks) {
    view.setUint32(at, data.length);
    for (let i = 0; i < 4; i++) bytes[at + 4 + i] = type.charCodeAt(i);
    bytes.set(data, at + 8);
    view.setUint32(at + 8 + data.length, crc32(bytes.subarray(at + 4, at + 8 + data.length)));
    at += data.length + 12;
  }
  return bytes;
}
