import { type PngChunk, readChunks } from "../png/chunks.ts";
import { gifFrameCount } from "../video/animation/gif-blocks.ts";
import { fileKindOf, fileKinds } from "./image-kinds.ts";
import { webpFrameCount } from "./webp.ts";

/** The frames of an animated PNG's chunks; 1 of a still image. */
export function pngFrameCount(chunks: readonly PngChunk[]): number {
  const data = chunks.find(({ type }) => type === "acTL")?.data;
  return data && data.length >= 4 ? new DataView(data.buffer, data.byteOffset).getUint32(0) : 1;
}

/** The frames of an animated GIF, WebP or PNG, by its bytes alone; 1 of every other file. */
export function frameCount(bytes: Uint8Array): number {
  const kind = fileKindOf(bytes);
  const count = () => {
    if (kind === fileKinds.gif) return gifFrameCount(bytes);
    if (kind === fileKinds.webp) return webpFrameCount(bytes);
    return kind === fileKinds.png ? pngFrameCount(readChunks(bytes)) : 1;
  };
  try {
    return count();
  } catch {
    return 1; // who reads it tells what is wrong with it
  }
}
