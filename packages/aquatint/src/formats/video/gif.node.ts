import { itemAt } from "../../util/items.ts";
import { optionalPackage } from "../../util/optional-package.ts";
import { withTexts } from "../image/file-texts.ts";
import type { Image } from "../image/image.ts";
import { frameTimes, withAlpha } from "./clip.ts";
import { fileFormat } from "./file-format.node.ts";
import type { GifModule, GifPalette } from "./gifenc.ts";

/** Least alpha of a pixel that is shown: GIF knows no half transparency. */
const OPAQUE = 128;
const COLORS = 256;

/** In Node its exports hang on the default one, in bundles they have names. */
async function gifenc(): Promise<GifModule> {
  // @ts-expect-error it has no types
  const load = (): Promise<GifModule | { readonly default: GifModule }> => import("gifenc");
  const module = await optionalPackage({ name: "gifenc", load }, "writing GIF");
  return "quantize" in module ? module : module.default;
}

/** GIF: at most 256 colors for all frames, every one of them where there are no more. */
export const gif = fileFormat({
  title: "GIF",
  extensions: [".gif"],
  maxFps: 50, // browsers slow down what is shorter than 2 hundredths of a second
  maxLoops: 65535,
  maxSide: 65535,
  alpha: true,
  async check() {
    await gifenc();
  },
  async encode({ frames, fps }, { loops, texts }) {
    const { GIFEncoder, ...module } = await gifenc();
    const indexed = paletted(frames.map(withAlpha), module);
    const times = frameTimes(frames.length, fps, 100);
    const file = GIFEncoder();
    for (const [i, { width, height }] of frames.entries()) {
      file.writeFrame(itemAt(indexed.frames, i), width, height, {
        ...(i === 0 && { palette: indexed.palette, repeat: repeats(loops) }),
        ...(indexed.transparent && { transparent: true, transparentIndex: indexed.palette.length - 1, dispose: 2 }),
        delay: itemAt(times, i) * 10,
      });
    }
    file.finish();
    const bytes = file.bytes();
    return texts ? withTexts(bytes, texts) : bytes;
  },
});

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
