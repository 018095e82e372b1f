import { itemAt } from "../../../util/items.ts";
import { joinChunks, type PngChunk, readChunks } from "../../png/chunks.ts";
import { encodePng } from "../../png/png.ts";
import { type Clip, checkFrames, evenChannels, frameTimes } from "../clip.ts";

/** Units of a second where a frame takes no whole fraction of it. */
const MILLISECONDS = 1000;

/**
 * A clip as an animated PNG file, lossless (PNG specification, third edition, 11.3.6).
 * @param options.loops times that it is played, 0 for ever.
 * @throws AquatintError "clip/empty", "clip/size" or "image/size".
 */
export function encodeApng(clip: Clip, { loops = 0 } = {}): Uint8Array<ArrayBuffer> {
  checkFrames(clip.frames);
  const { fps } = clip;
  const frames = evenChannels(clip.frames);
  const unit = Number.isInteger(fps) ? fps : MILLISECONDS;
  const times = frameTimes(frames.length, fps, unit);
  const [header, ...rest] = readChunks(encodePng(itemAt(frames, 0))) as [PngChunk, ...PngChunk[]];
  const chunks: PngChunk[] = [header, { type: "acTL", data: numbers([frames.length, loops]) }];
  let sequence = 0;
  for (const [i, frame] of frames.entries()) {
    const { width, height } = frame;
    chunks.push({
      type: "fcTL",
      data: frameControl({ sequence: sequence++, width, height, time: itemAt(times, i), unit }),
    });
    for (const { type, data } of i === 0 ? rest : readChunks(encodePng(frame))) {
      if (type !== "IDAT") continue;
      chunks.push(i === 0 ? { type, data } : { type: "fdAT", data: numbers([sequence++], data) });
    }
  }
  return joinChunks([...chunks, { type: "IEND", data: new Uint8Array() }]);
}

/** 32-bit numbers, and bytes after them. */
function numbers(values: readonly number[], rest: Uint8Array = new Uint8Array()): Uint8Array {
  const bytes = new Uint8Array(4 * values.length + rest.length);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value);
  bytes.set(rest, 4 * values.length);
  return bytes;
}

interface FrameControl {
  readonly sequence: number;
  readonly width: number;
  readonly height: number;
  readonly time: number;
  readonly unit: number;
}

/** A frame that replaces all of the one before it. */
function frameControl({ sequence, width, height, time, unit }: FrameControl): Uint8Array {
  const bytes = numbers([sequence, width, height, 0, 0], new Uint8Array(6));
  const view = new DataView(bytes.buffer);
  view.setUint16(20, time);
  view.setUint16(22, unit);
  return bytes;
}
