import { AquatintError } from "../../errors.ts";
import { itemAt } from "../../util/items.ts";
import { checkImage, type Image } from "../image/image.ts";
import { withoutOpaqueAlpha } from "../image/image-file.ts";

/** Images of one size, shown one after the other. */
export interface Clip {
  readonly frames: readonly Image[];
  /** Frames a second. */
  readonly fps: number;
}

/** A clip as it was read from a file. */
export interface ClipFile {
  readonly frames: readonly Image[];
  /** Frames a second, on average; undefined where the file does not say. */
  readonly fps: number | undefined;
  /** Time of each frame in milliseconds; empty where the file does not say. */
  readonly delays: readonly number[];
  /** Times that it is played, 0 for ever; undefined where the file does not say. */
  readonly loops: number | undefined;
  /** Losses in reading the file, as short sentences. */
  readonly notes: readonly string[];
}

/** Pixels of all frames of the longest clip that is read: 1 GiB of RGBA. */
export const MAX_CLIP_PIXELS = 2 ** 28;

/** Refuses a clip without frames, or of frames of several sizes. @throws AquatintError "clip/empty", "clip/size" or "image/size". */
export function checkFrames(frames: readonly Image[]): void {
  const [first] = frames;
  if (!first) throw new AquatintError("clip/empty", "a clip needs at least one frame", { hint: "give it some images" });
  for (const [i, frame] of frames.entries()) {
    checkImage(frame);
    if (frame.width === first.width && frame.height === first.height) continue;
    const message = `frame ${i + 1} is ${frame.width} x ${frame.height}, the first is ${first.width} x ${first.height}`;
    throw new AquatintError("clip/size", message, { hint: "bring all frames to one size first" });
  }
}

/** Frames with as many channels each: 3 where nothing is transparent, else 4. */
export function evenChannels(frames: readonly Image[]): readonly Image[] {
  const plain = frames.map(withoutOpaqueAlpha);
  return plain.some(({ channels }) => channels === 4) ? plain.map(withAlpha) : plain;
}

/** The image as RGBA, in memory of its own that begins with its first pixel. */
export function withAlpha({ width, height, channels, data }: Image): Image {
  if (channels === 4) return { width, height, channels, data: Uint8Array.from(data) };
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let p = 0; p < width * height; p++) {
    for (let c = 0; c < 3; c++) rgba[4 * p + c] = itemAt(data, 3 * p + c);
  }
  return { width, height, channels: 4, data: rgba };
}

/** Whole units of time for each of `count` frames; each ends within half a unit of its time, so that the total is right. */
export function frameTimes(count: number, fps: number, unitsPerSecond: number): readonly number[] {
  const end = (frame: number) => Math.round((frame * unitsPerSecond) / fps);
  return Array.from({ length: count }, (_, i) => end(i + 1) - end(i));
}

/** Frames a second of these times in milliseconds; undefined where they take no time. */
export function averageRate(delays: readonly number[]): number | undefined {
  const total = delays.reduce((sum, delay) => sum + delay, 0);
  return total > 0 ? (delays.length * 1000) / total : undefined;
}
