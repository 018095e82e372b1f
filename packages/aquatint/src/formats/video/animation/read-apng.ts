import { AquatintError } from "../../../errors.ts";
import { itemAt } from "../../../util/items.ts";
import { damaged } from "../../damaged.ts";
import type { Image } from "../../image/image.ts";
import { joinChunks, type PngChunk, readChunks } from "../../png/chunks.ts";
import { decodePng } from "../../png/png.ts";
import { averageRate, type ClipFile, evenChannels, MAX_CLIP_PIXELS, withAlpha } from "../clip.ts";

/** A part of the canvas that a frame draws, and what becomes of it (PNG specification, third edition, 11.3.6). */
interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  /** Milliseconds. */
  readonly delay: number;
  /** After it: 0 it stays, 1 it is cleared, 2 what was there before is there again. */
  readonly dispose: number;
  /** 1 where it is laid over what is there. */
  readonly blend: number;
  /** Image data, as IDAT chunks. */
  readonly data: PngChunk[];
}

/**
 * The frames of an animated PNG file.
 * @param options.maxFrames frames that are read at most.
 * @throws AquatintError "png/…", "clip/still" where it is not animated, "clip/too-long".
 */
export function decodeApng(
  bytes: Uint8Array,
  { name = "the image", maxFrames = Number.POSITIVE_INFINITY } = {},
): ClipFile {
  const chunks = readChunks(bytes, { name });
  const control = chunks.find(({ type, data }) => type === "acTL" && data.length === 8)?.data;
  if (!control) throw stillImage(name);
  const { width, height, shared } = canvasOf(chunks, name);
  const all = framesIn(chunks, name);
  const frames = all.slice(0, maxFrames);
  checkPixelsOfClip({ width, height, frames: frames.length }, name);
  const canvas = { width, height, data: new Uint8Array(width * height * 4) };
  const images = frames.map((frame, i) => {
    const { left, top, data } = frame;
    if (left + frame.width > width || top + frame.height > height) {
      throw damaged("corrupt", name, `frame ${i + 1} reaches beyond its canvas`);
    }
    const before = frame.dispose === 2 ? canvas.data.slice() : undefined;
    const header = { type: "IHDR", data: sized(itemAt(chunks, 0).data, frame) };
    const end = { type: "IEND", data: new Uint8Array() };
    draw(canvas, withAlpha(decodePng(joinChunks([header, ...shared, ...data, end]), { name })), frame);
    const image = { width, height, channels: 4, data: canvas.data.slice() } as const;
    if (before) canvas.data.set(before);
    if (frame.dispose === 1) clear(canvas, frame);
    return image;
  });
  const delays = frames.map(({ delay }) => delay);
  const notes = framesLeftOut(frames.length, all.length);
  const loops = new DataView(control.buffer, control.byteOffset).getUint32(4);
  return { frames: evenChannels(images), delays, fps: averageRate(delays), loops, notes };
}

/** The error of a still image where a clip is expected. */
export const stillImage = (name: string): AquatintError =>
  new AquatintError("clip/still", `${name} is a still image, expected an animation, a video or a folder of frames`, {
    hint: "give an animated GIF, WebP or PNG, an MP4 or WebM file, or a folder of PNG files",
  });

/** Note about frames that are not read. */
export const framesLeftOut = (read: number, all: number): readonly string[] =>
  read < all ? [`the first ${read} of its ${all} frames are used`] : [];

/** Refuses clips that would not fit into memory. @throws AquatintError "clip/too-long". */
export function checkPixelsOfClip(
  { width, height, frames }: { readonly width: number; readonly height: number; readonly frames: number },
  name: string,
): void {
  if (width * height * frames <= MAX_CLIP_PIXELS) return;
  const message = `${name}: ${frames} frames of ${width} x ${height} are more than the ${MAX_CLIP_PIXELS} pixels that are read`;
  throw new AquatintError("clip/too-long", message, { hint: "make it smaller or shorter, or read fewer frames" });
}

/** Size of the canvas, and the chunks that draw every frame. */
function canvasOf(chunks: readonly PngChunk[], name: string) {
  const header = chunks[0];
  if (header?.type !== "IHDR" || header.data.length !== 13) throw damaged("corrupt", name, "it has no header");
  const view = new DataView(header.data.buffer, header.data.byteOffset, 13);
  const shared = chunks.filter(({ type }) => type === "PLTE" || type === "tRNS");
  return { width: view.getUint32(0), height: view.getUint32(4), shared };
}

/** Every frame with its data; the image in front of the first frame's control is not part of the animation. */
function framesIn(chunks: readonly PngChunk[], name: string): readonly Frame[] {
  const frames: Frame[] = [];
  for (const { type, data } of chunks) {
    if (type === "fcTL") {
      if (data.length !== 26) throw damaged("corrupt", name, `the control of frame ${frames.length + 1} is damaged`);
      frames.push(frameOf(data));
    }
    if (type === "IDAT") frames.at(-1)?.data.push({ type, data });
    if (type === "fdAT") frames.at(-1)?.data.push({ type: "IDAT", data: data.subarray(4) });
  }
  const empty = frames.findIndex(({ data }) => data.length === 0);
  if (empty >= 0 || frames.length === 0) throw damaged("corrupt", name, `frame ${Math.max(empty, 0) + 1} has no image`);
  return frames;
}

function frameOf(data: Uint8Array): Frame {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return {
    width: view.getUint32(4),
    height: view.getUint32(8),
    left: view.getUint32(12),
    top: view.getUint32(16),
    delay: (1000 * view.getUint16(20)) / (view.getUint16(22) || 100),
    dispose: view.getUint8(24),
    blend: view.getUint8(25),
    data: [],
  };
}

/** A header for a frame's size. */
function sized(header: Uint8Array, { width, height }: Frame): Uint8Array {
  const copy = Uint8Array.from(header);
  const view = new DataView(copy.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  return copy;
}

interface Canvas {
  readonly width: number;
  /** RGBA. */
  readonly data: Uint8Array;
}

function draw({ width, data }: Canvas, image: Image, { left, top, blend }: Frame): void {
  for (let p = 0; p < image.width * image.height; p++) {
    const row = Math.floor(p / image.width);
    const to = 4 * ((top + row) * width + left + (p - row * image.width));
    const pixel = image.data.subarray(4 * p, 4 * p + 4);
    data.set(blend === 1 ? over(pixel, data.subarray(to, to + 4)) : pixel, to);
  }
}

/** A pixel laid over another, RGBA, not premultiplied. */
function over(pixel: Uint8Array, under: Uint8Array): readonly number[] {
  const alpha = itemAt(pixel, 3) / 255;
  const rest = (itemAt(under, 3) / 255) * (1 - alpha);
  const total = alpha + rest;
  if (total === 0) return [0, 0, 0, 0];
  const mixed = [0, 1, 2].map((c) => Math.round((itemAt(pixel, c) * alpha + itemAt(under, c) * rest) / total));
  return [...mixed, Math.round(255 * total)];
}

function clear({ width, data }: Canvas, frame: Frame): void {
  for (let y = frame.top; y < frame.top + frame.height; y++) {
    data.fill(0, 4 * (y * width + frame.left), 4 * (y * width + frame.left + frame.width));
  }
}
