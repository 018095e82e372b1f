import { extname } from "node:path";
import { writeFileAndFolder, writeNewFile } from "../files.node.ts";
import { encodePng } from "../png/png.ts";
import { pngWithTexts } from "../png/text.ts";
import { checkImage, type Image } from "./image.ts";
import type { ImageTexts } from "./image-texts.ts";
import { importSharp } from "./sharp.node.ts";

/** A kind of image file that is written. */
export interface ImageFormat {
  /** Endings of its names, the usual one first. */
  readonly extensions: readonly string[];
  /** The quality where none is given, 1 .. 100; absent where every pixel is kept. */
  readonly quality?: number;
  encode(image: Image, quality: number): Promise<Uint8Array>;
}

async function sharpOf({ data, width, height, channels }: Image, what: string) {
  return (await importSharp(what))(data, { raw: { width, height, channels } });
}

/** Every kind of image file that is written, by its name. */
export const imageFormats = {
  png: { extensions: [".png"], encode: async (image) => encodePng(image) },
  jpeg: {
    extensions: [".jpg", ".jpeg"],
    quality: 90,
    // colors as fine as brightness: images here are small, and edges of flat colors show
    encode: async (image, quality) =>
      (await sharpOf(image, "writing JPEG")).jpeg({ quality, chromaSubsampling: "4:4:4" }).toBuffer(),
  },
  webp: {
    extensions: [".webp"],
    quality: 90,
    // the best quality keeps every pixel, as the web UI's option does
    encode: async (image, quality) =>
      (await sharpOf(image, "writing WebP")).webp(quality === 100 ? { lossless: true } : { quality }).toBuffer(),
  },
} as const satisfies Readonly<Record<string, ImageFormat>>;

/** The kind of file that a name's ending asks for, letter case aside; undefined where none of them ends so. */
export function imageFormatOf(path: string): ImageFormat | undefined {
  const extension = extname(path).toLowerCase();
  return Object.values<ImageFormat>(imageFormats).find(({ extensions }) => extensions.includes(extension));
}

/** Options of encoding an image. */
export interface EncodeOptions {
  readonly format?: ImageFormat | undefined;
  /** 1 .. 100; the format's own choice when absent. WebP keeps every pixel at 100. */
  readonly quality?: number | undefined;
  /** Metadata texts of the file; nothing when absent. */
  readonly texts?: ImageTexts | undefined;
}

/** An image as a PNG, JPEG or WebP file. @throws AquatintError "image/texts", or "image/no-sharp" for other than PNG. */
export async function encodeImage(
  image: Image,
  { format = imageFormats.png, quality, texts }: EncodeOptions = {},
): Promise<Uint8Array> {
  checkImage(image);
  const bytes = await format.encode(image, quality ?? format.quality ?? 100);
  if (!texts) return bytes;
  if (format === imageFormats.png) return pngWithTexts(bytes, texts);
  const { withTexts } = await import("./file-texts.ts");
  return withTexts(bytes, texts);
}

/** A file of this path, which is overwritten, or a new one in a folder, after a name like "apple.png". */
export type ImagePath = string | { readonly folder: string; readonly name: string };

/** Encodes an image, writes the file whole or not at all, and returns its path. @throws AquatintError "image/…" or "file/…". */
export async function writeImage(path: ImagePath, image: Image, options?: EncodeOptions): Promise<string> {
  const bytes = await encodeImage(image, options);
  if (typeof path !== "string") return writeNewFile(path.folder, path.name, bytes);
  await writeFileAndFolder(path, bytes);
  return path;
}
