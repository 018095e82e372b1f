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
  const transparent = frames.some(({ data }) => data.some((value, i) => i % 4 === 3 && value < OPAQUE));
  const most = transparent ? COLORS - 1 : COLORS;
  const exact = exactPalette(frames, most);
  const palette = exact ? [...exact.keys()].map(colorOf) : module.quantize(opaquePixels(frames), most);
  const index = ({ data }: Image) => (exact ? exactIndexes(data, exact) : module.applyPalette(data, palette));
  const indexed = frames.map((frame) => {
    const indexes = index(frame);
    for (let p = 0; p < indexes.length; p++) if (frame.data[4 * p + 3]! < OPAQUE) indexes[p] = palette.length;
    return indexes;
  });
  return { palette: transparent ? [...palette, [0, 0, 0]] : palette, transparent, frames: indexed };
}

const colorAt = (data: Uint8Array, p: number): number =>
  (data[4 * p]! << 16) | (data[4 * p + 1]! << 8) | data[4 * p + 2]!;
const colorOf = (color: number): [number, number, number] => [color >> 16, (color >> 8) & 255, color & 255];

/** Each color and its index; undefined for more colors than `most`. */
function exactPalette(frames: readonly Image[], most: number): ReadonlyMap<number, number> | undefined {
  const colors = new Map<number, number>();
  for (const { data } of frames) {
    for (let p = 0; p < data.length / 4; p++) {
      const color = colorAt(data, p);
      if (data[4 * p + 3]! < OPAQUE || colors.has(color)) continue;
      if (colors.size === most) return undefined;
      colors.set(color, colors.size);
    }
  }
  if (colors.size === 0) colors.set(0, 0); // a palette has a color even where nothing is shown
  return colors;
}

const exactIndexes = (data: Uint8Array, colors: ReadonlyMap<number, number>): Uint8Array =>
  Uint8Array.from({ length: data.length / 4 }, (_, p) => colors.get(colorAt(data, p)) ?? 0);

/** The pixels of all frames that are shown. The package reads memory from its beginning: this is a copy. */
function opaquePixels(frames: readonly Image[]): Uint8Array {
  const pixels = new Uint8Array(frames.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of frames) {
    for (let p = 0; p < data.length; p += 4) {
      if (data[p + 3]! < OPAQUE) continue;
      pixels.set(data.subarray(p, p + 4), at);
      at += 4;
    }
  }
  return pixels.slice(0, at);
}
