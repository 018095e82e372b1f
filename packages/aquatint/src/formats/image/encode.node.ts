import { extname } from "node:path";
import { encodePng } from "../png/png.ts";
import { checkPicture, type Picture } from "./image.ts";
import { withTexts } from "./picture-file.ts";
import type { PictureTexts } from "./picture-texts.ts";
import { importSharp } from "./sharp.node.ts";

/** A kind of picture file that is written. */
export interface PictureFormat {
  /** What its names end in, the usual one first. */
  readonly extensions: readonly string[];
  /** The quality where none is given, 1 .. 100; absent where every pixel is kept. */
  readonly quality?: number;
  encode(picture: Picture, quality: number): Promise<Uint8Array>;
}

async function sharpOf({ data, width, height, channels }: Picture, what: string) {
  return (await importSharp(what))(data, { raw: { width, height, channels } });
}

/** Every kind of picture file that is written, by its name. */
export const pictureFormats = {
  png: { extensions: [".png"], encode: async (picture) => encodePng(picture) },
  jpeg: {
    extensions: [".jpg", ".jpeg"],
    quality: 90,
    // colors as fine as brightness: pictures here are small, and edges of flat colors show
    encode: async (picture, quality) =>
      (await sharpOf(picture, "writing JPEG")).jpeg({ quality, chromaSubsampling: "4:4:4" }).toBuffer(),
  },
  webp: {
    extensions: [".webp"],
    quality: 90,
    // the best quality keeps every pixel, as the web UI's option does
    encode: async (picture, quality) =>
      (await sharpOf(picture, "writing WebP")).webp(quality === 100 ? { lossless: true } : { quality }).toBuffer(),
  },
} as const satisfies Readonly<Record<string, PictureFormat>>;

/** The kind of file that a name's ending asks for, letter case aside; undefined where none of them ends so. */
export function pictureFormatOf(path: string): PictureFormat | undefined {
  const extension = extname(path).toLowerCase();
  return Object.values<PictureFormat>(pictureFormats).find(({ extensions }) => extensions.includes(extension));
}

/** How a picture is written. */
export interface EncodeOptions {
  readonly format?: PictureFormat | undefined;
  /** 1 .. 100; the format's own choice when absent. WebP keeps every pixel at 100. */
  readonly quality?: number | undefined;
  /** What the file says of itself; nothing when absent. */
  readonly texts?: PictureTexts | undefined;
}

/** A picture as a PNG, JPEG or WebP file. @throws AquatintError "picture/texts", or "picture/no-sharp" for other than PNG. */
export async function encodePicture(
  picture: Picture,
  { format = pictureFormats.png, quality, texts }: EncodeOptions = {},
): Promise<Uint8Array> {
  checkPicture(picture);
  const bytes = await format.encode(picture, quality ?? format.quality ?? 100);
  return texts ? withTexts(bytes, texts) : bytes;
}
