import { existsSync } from "node:fs";
import { join } from "node:path";
import type { RgbaImage } from "aquatint/formats";
import { decodePng, encodePng, type Image } from "aquatint/formats";
import { importSharp, readBytes, writeFileAndFolder } from "aquatint/node";
import { AquatintError } from "aquatint/util";
import type { Sharp } from "sharp";
import type { ArtRequest, EmojiAtlas, Style } from "./atlas.ts";
import { type ArtPackage, artPackage } from "./packages.node.ts";

/** Vector art is drawn this many times larger than asked for, then shrunk, so that trimming loses no sharpness. */
const OVERSAMPLING = 4;

/** Alpha up to this, of 255, counts as empty when art is trimmed. */
const EMPTY = 8;

/** The art asked for: rendered by sharp, or read from `cacheFolder`, where each rendered image stays as a PNG. */
export async function loadEmojiAtlas(
  { hexes, styles, size }: ArtRequest,
  { cacheFolder = join(".cache", "emoji") }: { readonly cacheFolder?: string | undefined } = {},
): Promise<EmojiAtlas> {
  const images = new Map<string, RgbaImage>();
  for (const style of styles) {
    const art = artPackage(style);
    const folder = join(cacheFolder, `${style}-${art.version}-${size}px`);
    const load = async (hex: string): Promise<void> => {
      const file = join(folder, `${hex}.png`);
      if (!existsSync(file)) await writeFileAndFolder(file, encodePng(await render(art, hex, size)));
      images.set(keyOf(hex, style), withAlpha(decodePng(await readBytes(file), { name: file }), file));
    };
    await Promise.all(hexes.map(load));
  }
  return {
    size,
    get(hex, style) {
      const image = images.get(keyOf(hex, style));
      if (image) return image;
      throw new AquatintError("emoji/not-loaded", `the atlas was not loaded for ${hex} in the style "${style}"`);
    },
  };
}

const keyOf = (hex: string, style: Style): string => `${hex} ${style}`;

async function render(art: ArtPackage, hex: string, size: number): Promise<Image> {
  const sharp = await importSharp("drawing emoji");
  const full = await rgba(sharp(await art.source(hex, OVERSAMPLING * size)));
  const { width, height, channels } = full;
  const trimmed = sharp(full.data, { raw: { width, height, channels } }).extract(opaqueBox(full, hex));
  return rgba(trimmed.resize({ width: size, height: size, fit: "inside" }));
}

/** The pixels of an image that sharp reads, with alpha. */
export async function rgba(image: Sharp): Promise<RgbaImage> {
  const { data, info } = await image.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: 4, data };
}

/** The smallest box around what is not transparent. @throws AquatintError "emoji/empty-art". */
export function opaqueBox(
  { width, height, data }: RgbaImage,
  hex: string,
): { left: number; top: number; width: number; height: number } {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[4 * (y * width + x) + 3]! <= EMPTY) continue;
      left = Math.min(left, x);
      top = Math.min(top, y);
      right = Math.max(right, x + 1);
      bottom = Math.max(bottom, y + 1);
    }
  }
  if (right === 0) throw new AquatintError("emoji/empty-art", `the image of ${hex} is wholly transparent`);
  return { left, top, width: right - left, height: bottom - top };
}

/** An image of the cache. @throws AquatintError "emoji/cache" where it has no alpha. */
export function withAlpha({ width, height, channels, data }: Image, file: string): RgbaImage {
  if (channels === 4) return { width, height, channels, data };
  throw new AquatintError("emoji/cache", `${file} has ${channels} channels, expected 4`, { hint: "remove the file" });
}
