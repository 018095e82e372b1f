import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { AquatintError, messageOf } from "../errors.ts";
import type { Picture } from "./image.ts";
import { readBytes } from "./node.ts";
import { importSharp } from "./node-sharp.ts";
import { decodePng, MAX_PIXELS } from "./png.ts";

/** Bytes of the largest picture file that is read: more than any of 4096 x 4096 pixels takes. */
const MAX_BYTES = 256e6;
const PNG = [0x89, 0x50, 0x4e, 0x47];

/**
 * A picture file as pixels: PNG by itself, all else that sharp knows (JPEG, WebP, AVIF, GIF, TIFF, SVG) where it is
 * installed, turned upright. @throws AquatintError "file/…", "png/…" or "picture/…".
 */
export async function readPicture(path: string): Promise<Picture> {
  const bytes = await readPictureFile(path);
  if (PNG.every((byte, i) => bytes[i] === byte)) {
    const { width, height, channels, data } = decodePng(bytes, { name: path });
    return { width, height, channels, data };
  }
  const sharp = await importSharp(`${basename(path)} is no PNG file: reading it`);
  try {
    const image = sharp(bytes, { limitInputPixels: MAX_PIXELS }).autoOrient().toColourspace("srgb").ensureAlpha();
    const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: 4, data };
  } catch (cause) {
    throw new AquatintError("picture/unknown", `${path} cannot be read as a picture: ${messageOf(cause)}`, {
      hint: "give a PNG, JPEG, WebP, AVIF, GIF, TIFF or SVG file of at most 4096 x 4096 pixels",
      cause,
    });
  }
}

/** The bytes of a picture's file. @throws AquatintError "file/…", or "picture/too-large" before any is read. */
export async function readPictureFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size <= MAX_BYTES) return readBytes(path);
  throw new AquatintError("picture/too-large", `${path} has ${size} bytes, at most ${MAX_BYTES} are read`, {
    hint: "give a picture of at most 4096 x 4096 pixels",
  });
}
