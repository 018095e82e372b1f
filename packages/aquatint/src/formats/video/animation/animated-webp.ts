import { concatBytes } from "../../../util/concat.ts";
import { itemAt } from "../../../util/items.ts";
import { damaged } from "../../damaged.ts";
import { type WebpChunk, webpChunkBytes, webpChunks } from "../../image/webp.ts";
import { frameTimes } from "../clip.ts";

/** Still images of one clip, and how they are shown. */
export interface WebpFrames {
  /** A WebP file each, all of one size. */
  readonly files: readonly Uint8Array[];
  readonly width: number;
  readonly height: number;
  /** Frames a second. */
  readonly fps: number;
  /** Times that it is played, 0 for ever. */
  readonly loops?: number;
}

const IS_ANIMATED = 2;
const HAS_ALPHA = 16;
/** The frame is not laid over the one before it. */
const NO_BLEND = 2;
const imageTypes = ["ALPH", "VP8 ", "VP8L"];

/**
 * An animated WebP file of still ones, whose images stay as they were encoded (WebP container specification).
 * @throws AquatintError "image/truncated" or "image/corrupt" for a file that is no still WebP.
 */
export function animatedWebp({ files, width, height, fps, loops = 0 }: WebpFrames): Uint8Array<ArrayBuffer> {
  const images = files.map((file, i) => imageChunks(file, `frame ${i + 1}`));
  const times = frameTimes(files.length, fps, 1000);
  const alpha = images.flat().some(({ type, data }) => type === "ALPH" || (type === "VP8L" && losslessAlpha(data)));
  const size = [...uint24(width - 1), ...uint24(height - 1)];
  const flags = IS_ANIMATED | (alpha ? HAS_ALPHA : 0);
  const frames = images.map((image, i) => {
    const head = [...uint24(0), ...uint24(0), ...size, ...uint24(itemAt(times, i)), NO_BLEND];
    return { type: "ANMF", data: concatBytes([Uint8Array.from(head), ...image.map(webpChunkBytes)]) };
  });
  const body = concatBytes(
    [
      { type: "VP8X", data: Uint8Array.from([flags, 0, 0, 0, ...size]) },
      { type: "ANIM", data: Uint8Array.from([0, 0, 0, 0, loops & 255, loops >> 8]) },
      ...frames,
    ].map(webpChunkBytes),
  );
  const head = new TextEncoder().encode("RIFF\0\0\0\0WEBP");
  new DataView(head.buffer).setUint32(4, body.length + 4, true);
  return concatBytes([head, body]);
}

function imageChunks(file: Uint8Array, name: string): readonly WebpChunk[] {
  const chunks = Array.from(webpChunks(file, name)).filter(({ type }) => imageTypes.includes(type));
  if (chunks.length > 0) return chunks;
  throw damaged("corrupt", name, "it is a WebP file without a still image");
}

/** The flag of transparency behind the signature and 28 bits of size. */
const losslessAlpha = (data: Uint8Array): boolean => ((data[4] ?? 0) & 16) !== 0;

const uint24 = (value: number): readonly number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255];
