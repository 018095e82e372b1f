import { itemAt } from "../../../util/items.ts";
import type { Image } from "../../image/image.ts";
import { type Clip, checkFrames, frameTimes, withAlpha } from "../clip.ts";
import type { GifModule, GifPalette } from "./gifenc.ts";

/** Least alpha of a pixel that is shown: GIF knows no half transparency. */
const OPAQUE = 128;
const COLORS = 256;

/**
 * A clip as an animated GIF file, of at most 256 colors for all frames, every one of them where there are no more.
 * @param options.loops times that it is played, 0 for ever.
 * @throws AquatintError "clip/empty", "clip/size" or "image/size".
 */
export function encodeGif({ frames, fps }: Clip, { loops = 0, encoder }: GifOptions): Uint8Array {
  checkFrames(frames);
  const indexed = paletted(frames.map(withAlpha), encoder);
  const times = frameTimes(frames.length, fps, 100);
  const file = encoder.GIFEncoder();
  for (const [i, { width, height }] of frames.entries()) {
    file.writeFrame(itemAt(indexed.frames, i), width, height, {
      ...(i === 0 && { palette: indexed.palette, repeat: repeats(loops) }),
      ...(indexed.transparent && { transparent: true, transparentIndex: indexed.palette.length - 1, dispose: 2 }),
      delay: itemAt(times, i) * 10,
    });
  }
  file.finish();
  return file.bytes();
}

/** Options of `encodeGif`. */
export interface GifOptions {
  readonly loops?: number;
  /** The package gifenc, or what does the same. */
  readonly encoder: GifModule;
}

/** Times that it is repeated after the first: -1 never, 0 for ever. */
const repeats = (loops: number): number => (loops === 0 ? 0 : loops === 1 ? -1 : loops - 1);

interface Paletted {
  /** RGB; the last color stands for what is transparent, if something is. */
  readonly palette: GifPalette;
  readonly transparent: boolean;
  /** Index of a color for each pixel. */
  readonly frames: readonly Uint8Array[];
}

/** RGBA frames by one palette. */
function paletted(frames: readonly Image[], module: Omit<GifModule, "GIFEncoder">): Paletted {
  const pixels = frames.map(packed);
  const transparent = pixels.some((values) => values.some((value) => !isOpaque(value)));
  const limit = transparent ? COLORS - 1 : COLORS;
  const exact = exactPalette(pixels, limit);
  const palette = exact ? [...exact.keys()].map(colorOf) : module.quantize(opaquePixels(pixels), limit);
  const indexed = frames.map(({ data }, i) => {
    const values = itemAt(pixels, i);
    const indexes = exact ? exactIndexes(values, exact) : module.applyPalette(data, palette);
    for (const [p, value] of values.entries()) if (!isOpaque(value)) indexes[p] = palette.length;
    return indexes;
  });
  return { palette: transparent ? [...palette, [0, 0, 0]] : palette, transparent, frames: indexed };
}

/** Each pixel of an RGBA image as one number, red highest. */
function packed({ data }: Image): Uint32Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Uint32Array.from({ length: data.length / 4 }, (_, p) => view.getUint32(4 * p));
}

const isOpaque = (pixel: number): boolean => (pixel & 255) >= OPAQUE;
const colorOf = (color: number): readonly number[] => [color >> 16, (color >> 8) & 255, color & 255];

/** Each color and its index; undefined for more colors than `limit`. */
function exactPalette(frames: readonly Uint32Array[], limit: number): ReadonlyMap<number, number> | undefined {
  const colors = new Map<number, number>();
  for (const pixels of frames) {
    for (const pixel of pixels) {
      const color = pixel >>> 8;
      if (!isOpaque(pixel) || colors.has(color)) continue;
      if (colors.size === limit) return undefined;
      colors.set(color, colors.size);
    }
  }
  if (colors.size === 0) colors.set(0, 0); // a palette has a color even where nothing is shown
  return colors;
}

const exactIndexes = (pixels: Uint32Array, colors: ReadonlyMap<number, number>): Uint8Array =>
  Uint8Array.from(pixels, (pixel) => colors.get(pixel >>> 8) ?? 0);

/** RGBA of all pixels that are shown. The package reads memory from its beginning: this is a copy. */
function opaquePixels(frames: readonly Uint32Array[]): Uint8Array {
  const pixels = frames.map((values) => values.filter(isOpaque));
  const bytes = new Uint8Array(4 * pixels.reduce((sum, { length }) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const values of pixels) for (const value of values) view.setUint32(4 * at++, value);
  return bytes;
}
