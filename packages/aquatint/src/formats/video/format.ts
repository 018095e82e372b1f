import { AquatintError } from "../../errors.ts";
import type { Image } from "../image/image.ts";
import type { ImageTexts } from "../image/image-texts.ts";
import { type Clip, checkFrames, evenChannels } from "./clip.ts";

/** Settings of encoding a clip. */
export interface ClipSettings {
  /** 1 .. 100; undefined where every pixel is kept. */
  readonly quality: number | undefined;
  /** Times that it is played, 0 for ever. */
  readonly loops: number;
  /** Metadata texts of the file. */
  readonly texts: ImageTexts | undefined;
  readonly signal: AbortSignal | undefined;
}

/** A kind of file, or of folder, that clips are written to. */
export interface VideoFormat {
  /** Its name for people. */
  readonly title: string;
  /** Endings of its names, the usual one first. */
  readonly extensions: readonly string[];
  /** The quality where none is given, 1 .. 100; absent where every pixel is kept. */
  readonly quality?: number;
  /** Frames a second at most. */
  readonly maxFps: number;
  /** Plays at most, where the file says how often it is played. */
  readonly maxLoops?: number;
  /** Pixels of a side at most, where there is a limit. */
  readonly maxSide?: number;
  /** True where frames may be transparent. */
  readonly alpha: boolean;
  /** True where width and height must be even. */
  readonly evenSides?: true;
  /** True where a path is a folder of files. */
  readonly folder?: true;
  /** Checks what writing to a path needs, before there is anything to write. @throws AquatintError. */
  check(path: string): Promise<void>;
  /** Writes a clip whole or not at all; its frames have as many channels each, and a size that the format allows. */
  write(path: string, clip: Clip, settings: ClipSettings): Promise<void>;
}

/** Facts about a clip that are known before it is drawn. */
export interface ClipPlan {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly fps: number;
  readonly loops?: number | undefined;
  readonly quality?: number | undefined;
}

/** Frames a second at least: a frame may take ten seconds. */
export const MIN_FPS = 0.1;

const refusal = (kind: string, message: string, hint: string) => new AquatintError(`clip/${kind}`, message, { hint });

/** Refuses a clip that a format cannot hold. @throws AquatintError "clip/fps", "clip/loops", "clip/quality" or "clip/size". */
export function checkPlan({ fps, loops, quality, width, height }: ClipPlan, format: VideoFormat): void {
  const { title, maxFps, maxLoops } = format;
  if (!(fps >= MIN_FPS && fps <= maxFps)) {
    throw refusal("fps", `${title}: expected ${MIN_FPS} to ${maxFps} frames a second, got ${fps}`, "for example 8");
  }
  if (loops !== undefined && maxLoops === undefined) {
    throw refusal("loops", `${title} does not say how often it is played, got ${loops}`, "leave the loop count out");
  }
  if (loops !== undefined && !(Number.isInteger(loops) && loops >= 0 && loops <= (maxLoops ?? 0))) {
    const message = `${title}: expected an integer from 0, which is for ever, to ${maxLoops} plays, got ${loops}`;
    throw refusal("loops", message, "for example 0");
  }
  checkQuality(quality, format);
  if (width !== undefined && height !== undefined) checkSize({ width, height }, format);
}

function checkQuality(quality: number | undefined, format: VideoFormat): void {
  if (quality === undefined) return;
  if (format.quality === undefined) {
    throw refusal("quality", `${format.title} has no quality, got ${quality}`, "leave the quality out");
  }
  if (Number.isInteger(quality) && quality >= 1 && quality <= 100) return;
  throw refusal("quality", `expected a quality of 1 to 100, got ${quality}`, `for example ${format.quality}`);
}

function checkSize({ width, height }: Pick<Image, "width" | "height">, format: VideoFormat): void {
  const { title, evenSides, maxSide = Number.POSITIVE_INFINITY } = format;
  if (evenSides && (width % 2 !== 0 || height % 2 !== 0)) {
    const message = `${title}: expected an even width and height, got ${width} x ${height}`;
    throw refusal("size", message, "choose another size, or another format, such as .webp or .gif");
  }
  if (Math.max(width, height) > maxSide) {
    throw refusal(
      "size",
      `${title}: expected sides of at most ${maxSide} pixels, got ${width} x ${height}`,
      "make it smaller",
    );
  }
}

/** The frames as a format takes them. @throws AquatintError "clip/…" where it cannot hold them. */
export function framesFor(clip: Clip, format: VideoFormat): readonly Image[] {
  checkFrames(clip.frames);
  const frames = evenChannels(clip.frames);
  const [{ width, height, channels }] = frames as readonly [Image];
  checkSize({ width, height }, format);
  if (channels === 3 || format.alpha) return frames;
  throw refusal(
    "alpha",
    `${format.title} holds no transparency, and a frame is transparent`,
    "put the frames on a background first: flattenAlpha(frame)",
  );
}
