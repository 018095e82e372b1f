import { stat } from "node:fs/promises";
import { AquatintError } from "../../errors.ts";
import { itemAt } from "../../util/items.ts";
import { type FileKind, fileKindOf, fileKinds } from "../image/image-kinds.ts";
import { readImage, readImageFile } from "../image/read-image.node.ts";
import { importSharp } from "../image/sharp.node.ts";
import { checkPixelsOfClip, decodeApng, framesLeftOut, stillImage } from "./animation/read-apng.ts";
import { averageRate, type ClipFile, checkFrames, evenChannels } from "./clip.ts";
import { decodedByFfmpeg } from "./decode-video.node.ts";
import { framePaths } from "./frame-paths.node.ts";

/** Options of reading a clip. */
export interface ReadClipOptions {
  /** Frames that are read at most; all when absent. */
  readonly maxFrames?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A file whose frames are read. */
interface Source {
  readonly path: string;
  readonly maxFrames: number;
  readonly signal: AbortSignal | undefined;
}

/** Readers by the kind of file, which its content tells. */
const readers: readonly (readonly [FileKind, (source: Source) => Promise<ClipFile>])[] = [
  [fileKinds.png, async ({ path, maxFrames }) => decodeApng(await readImageFile(path), { name: path, maxFrames })],
  [fileKinds.gif, decodedBySharp],
  [fileKinds.webp, decodedBySharp],
  [fileKinds.video, decodedByFfmpeg],
  [fileKinds.webm, decodedByFfmpeg],
];

/**
 * The frames of an animated GIF, WebP or PNG, of a video that the ffmpeg on the PATH reads, or of a folder of images, which
 * are taken in natural order.
 * @throws AquatintError "clip/…", "ffmpeg/…", "file/…", "png/…" or "image/…".
 */
export async function readClip(path: string, options: ReadClipOptions = {}): Promise<ClipFile> {
  const { maxFrames = Number.POSITIVE_INFINITY, signal } = options;
  if (!(maxFrames >= 1)) {
    throw new AquatintError("clip/option", `maxFrames is ${maxFrames}, expected 1 or more`, { hint: "for example 16" });
  }
  const source = { path, maxFrames, signal };
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory()) return readFolder(source);
  const kind = fileKindOf(await readImageFile(path));
  const reader = readers.find(([readable]) => readable === kind)?.[1];
  if (reader) return reader(source);
  if (kind && !("advice" in kind)) throw stillImage(path);
  throw new AquatintError(
    "clip/unknown",
    `${path} is ${kind?.name ?? "of no known kind"}, expected frames or a video`,
    {
      hint: "give an animated GIF, WebP or PNG, an MP4 or WebM file, or a folder of PNG files",
    },
  );
}

async function readFolder({ path, maxFrames, signal }: Source): Promise<ClipFile> {
  const paths = await framePaths(path);
  const frames = [];
  for (const file of paths.slice(0, maxFrames)) {
    signal?.throwIfAborted();
    frames.push(await readImage(file));
    checkFrames(frames);
    checkPixelsOfClip({ ...itemAt(frames, 0), frames: frames.length }, path);
  }
  const notes = [...framesLeftOut(frames.length, paths.length), ...frames.flatMap((frame) => frame.notes)];
  return { frames: evenChannels(frames), fps: undefined, delays: [], loops: undefined, notes: [...new Set(notes)] };
}

/** By sharp, which lays the frames over each other and stacks them. */
async function decodedBySharp({ path, maxFrames }: Source): Promise<ClipFile> {
  const bytes = await readImageFile(path);
  const sharp = await importSharp(`${path} is an animation: reading it`);
  const {
    pages = 1,
    width,
    pageHeight: height = 0,
    delay = [],
    loop,
  } = await sharp(bytes, {
    pages: -1,
    limitInputPixels: false,
  }).metadata();
  if (pages === 1) throw stillImage(path);
  const count = Math.min(pages, maxFrames);
  checkPixelsOfClip({ width, height, frames: count }, path);
  const { data, info } = await sharp(bytes, { pages: count, limitInputPixels: false, failOn: "error" })
    .toColorspace("srgb")
    .ensureAlpha()
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const size = info.width * height * 4;
  const frames = Array.from({ length: count }, (_, i) => ({
    ...{ width: info.width, height, channels: 4 as const },
    data: Uint8Array.from(data.subarray(i * size, (i + 1) * size)),
  }));
  const delays = delay.slice(0, count);
  const notes = framesLeftOut(count, pages);
  return { frames: evenChannels(frames), fps: averageRate(delays), delays, loops: loop, notes };
}
