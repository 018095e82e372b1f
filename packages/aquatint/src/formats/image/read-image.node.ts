import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Metadata } from "sharp";
import { AquatintError, messageOf } from "../../errors.ts";
import { readBytes } from "../files.node.ts";
import { MAX_PIXELS } from "../png/png.ts";
import { readPng } from "../png/reader.ts";
import { shortTag } from "./exif.ts";
import { frameCount } from "./frame-count.ts";
import { checkPixels, framesNote, type ImageFile, withoutOpaqueAlpha } from "./image-file.ts";
import { fileKinds, imageKindOf, READABLE } from "./image-kinds.ts";
import { importSharp } from "./sharp.node.ts";

/** Bytes of the largest image file that is read: more than one of `MAX_PIXELS` usually takes. */
const MAX_BYTES = 256e6;

/** Limits of reading an image's file, and its name for messages. */
export interface ReadLimits {
  readonly name: string;
  /** Width times height at most; `MAX_PIXELS` if absent. */
  readonly maxPixels?: number | undefined;
}

/**
 * An image file as pixels, upright: PNG by itself, JPEG, WebP, AVIF, GIF, TIFF and SVG by sharp where it is installed. The
 * kind is known by the content, whatever the name ends in. @throws AquatintError "file/…", "png/…" or "image/…".
 */
export const readImage = async (path: string): Promise<ImageFile> =>
  decodeImage(await readImageFile(path), { name: path });

/**
 * An image file as `readImage` reads it, where one image alone makes sense.
 * @throws AquatintError as `readImage`, "image/animation" for a GIF, WebP or PNG of several frames.
 */
export async function readStillImage(path: string): Promise<ImageFile> {
  const bytes = await readImageFile(path);
  const frames = frameCount(bytes);
  if (frames === 1) return decodeImage(bytes, { name: path });
  throw new AquatintError("image/animation", `${path} is an animation of ${frames} frames, expected a still image`, {
    hint: "save one of its frames as PNG",
  });
}

/** An image file's bytes as pixels, as `readImage` reads them. @throws AquatintError "png/…" or "image/…". */
export async function decodeImage(bytes: Uint8Array, limits: ReadLimits): Promise<ImageFile> {
  if (imageKindOf(bytes, limits.name) !== fileKinds.png) return decodedBySharp(bytes, limits);
  const { name, maxPixels = MAX_PIXELS } = limits;
  try {
    return await readPng(bytes, { name, maxPixels });
  } catch (error) {
    if (!(error instanceof AquatintError) || error.code !== "png/unsupported") throw error;
    return decodedBySharp(bytes, limits).catch((cause) => {
      throw cause instanceof AquatintError && cause.code === "image/no-sharp" ? error : cause;
    });
  }
}

/** By sharp: its embedded color profile is applied, gray and CMYK become sRGB, more bits become 8. */
async function decodedBySharp(bytes: Uint8Array, limits: ReadLimits): Promise<ImageFile> {
  const { name, maxPixels = MAX_PIXELS } = limits;
  const { name: kind } = imageKindOf(bytes, name);
  const sharp = await importSharp(`${basename(name)} is ${kind}: reading it`);
  try {
    const header = await sharp(bytes, { limitInputPixels: false }).metadata();
    const { width, height, pages = 1, hasAlpha } = header;
    checkSamples(header, bytes, name);
    checkPixels({ width, height }, { name, maxPixels });
    // "error": what is only odd is read, what is cut off is not
    const open = sharp(bytes, { limitInputPixels: maxPixels, failOn: "error" }).autoOrient().toColorspace("srgb");
    const { data, info } = await (hasAlpha ? open.ensureAlpha() : open.removeAlpha())
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const image = { width: info.width, height: info.height, channels: hasAlpha ? 4 : 3, data } as const;
    return { ...withoutOpaqueAlpha(image), notes: framesNote(pages) };
  } catch (cause) {
    if (cause instanceof AquatintError) throw cause;
    throw new AquatintError("image/unknown", `${name} cannot be read as ${kind}: ${messageOf(cause).split("\n")[0]}`, {
      hint: `fetch or save it again, or ${READABLE}`,
      cause,
    });
  }
}

/** Tags of TIFF, and their values for Y, Cb and Cr, and for JPEG inside of it. */
const tiff = { compression: 259, photometric: 262, yCbCr: 6, jpeg: 7 } as const;

/** Refuses a TIFF file whose numbers sharp would show as other colors. @throws AquatintError "image/unsupported". */
function checkSamples({ format, depth }: Metadata, bytes: Uint8Array, name: string): void {
  if (format !== "tiff") return;
  const yCbCr = shortTag(bytes, tiff.photometric) === tiff.yCbCr && shortTag(bytes, tiff.compression) !== tiff.jpeg;
  if (!yCbCr && (depth === "uchar" || depth === "ushort")) return;
  const problem = yCbCr ? "Y, Cb and Cr without JPEG" : `numbers of the kind "${depth}"`;
  throw new AquatintError(
    "image/unsupported",
    `${name} is a TIFF image of ${problem}, expected 8 or 16 bits a sample`,
    {
      hint: "save it as PNG",
    },
  );
}

/** The bytes of an image's file. @throws AquatintError "file/…", or "image/too-large" before any is read. */
export async function readImageFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size <= MAX_BYTES) return readBytes(path);
  throw new AquatintError("image/too-large", `${path} has ${size} bytes, at most ${MAX_BYTES} are read`, {
    hint: "save it again as JPEG or smaller",
  });
}
