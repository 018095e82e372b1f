import { AquatintError, messageOf } from "../../errors.ts";
import { MAX_PIXELS } from "../png/png.ts";
import { readPng } from "../png/reader.ts";
import { frameCount } from "./frame-count.ts";
import { checkPixels, framesNote, type ImageFile, withoutOpaqueAlpha } from "./image-file.ts";
import { fileKinds, imageKindOf } from "./image-kinds.ts";

/**
 * An image file as pixels, upright: PNG exactly, all else that the browser shows (JPEG, WebP, AVIF, GIF, of an animation its
 * first frame) by the browser. Where such a file is transparent, colors are exact to its alpha.
 * @param file for example one of an <input type="file">, or a `Blob` of a response.
 * @throws AquatintError "png/…" or "image/…".
 */
export async function readImage(file: Blob): Promise<ImageFile> {
  const name = "name" in file && typeof file.name === "string" ? file.name : "the image";
  const bytes = new Uint8Array(await file.arrayBuffer());
  const kind = imageKindOf(bytes, name);
  if (kind === fileKinds.png) {
    try {
      return await readPng(bytes, { name });
    } catch (error) {
      if (!(error instanceof AquatintError) || error.code !== "png/unsupported") throw error;
    }
  }
  try {
    return { ...(await decodedByBrowser(new Blob([bytes]), name)), notes: framesNote(frameCount(bytes)) };
  } catch (cause) {
    if (cause instanceof AquatintError) throw cause;
    throw new AquatintError("image/unknown", `${name} cannot be read as ${kind.name}: ${messageOf(cause)}`, {
      hint: "this browser may not know the kind: give a PNG, JPEG or WebP file",
      cause,
    });
  }
}

async function decodedByBrowser(blob: Blob, name: string) {
  // "from-image" turns by EXIF and is the default today; browsers before 2023 have another, which does not
  const bitmap = await createImageBitmap(blob, { imageOrientation: "from-image", premultiplyAlpha: "none" });
  try {
    const { width, height } = bitmap;
    checkPixels(bitmap, { name, maxPixels: MAX_PIXELS });
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (!context) throw new AquatintError("image/canvas", `${name}: this browser gives no canvas to read it with`);
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    return withoutOpaqueAlpha({ width, height, channels: 4, data: new Uint8Array(data.buffer) });
  } finally {
    bitmap.close();
  }
}
