import { basename, extname, resolve } from "node:path";
import { type Image, imageToTensor } from "../../formats/image/image.ts";
import type { ImageFile } from "../../formats/image/image-file.ts";
import { cutOff, fitted, type Size } from "../../formats/image/resize.ts";
import type { Io } from "../io.ts";

/** An image that a command was given, in the size that it works in. */
export interface ImageInput {
  readonly image: Image;
  /** [3, height, width] in -1 .. 1. */
  readonly values: Float32Array<ArrayBuffer>;
  /** The file's own size, where it was another. */
  readonly resizedFrom: Size | undefined;
}

/** Reads an image and brings it to a size, with a line on stderr if that changed it. */
export async function imageInput(
  path: string,
  sizeOf: (size: Size) => Size,
  { io, quiet = false }: { readonly io: Io; readonly quiet?: boolean | undefined },
): Promise<ImageInput> {
  const original = await readImage(path, { io, quiet });
  const size = sizeOf(original);
  const resized = fitted(original, size);
  noteResized(path, { from: original, to: size, io, quiet });
  const same = original.width === size.width && original.height === size.height;
  return {
    image: resized,
    values: imageToTensor(resized),
    resizedFrom: same ? undefined : { width: original.width, height: original.height },
  };
}

/** Destination of lines about an image. */
interface Notes {
  readonly io: Io;
  readonly quiet?: boolean | undefined;
}

interface ReadOptions extends Notes {
  /** The state that transparent parts get, for people: "painted"; "white" when absent. */
  readonly transparent?: string;
  /** True where an animation is refused; else its first frame is read. */
  readonly still?: boolean;
}

/** Reads an image's file and says on stderr what of it is not taken over. */
export async function readImage(
  path: string,
  { io, quiet = false, transparent = "white", still = false }: ReadOptions,
): Promise<ImageFile> {
  const { readImage: decodeFile, readStillImage } = await import("../../formats/image/read-image.node.ts");
  const image = await (still ? readStillImage : decodeFile)(resolve(io.cwd, path));
  const notes = [...image.notes, ...(image.channels === 4 ? [`what is transparent in it is ${transparent}`] : [])];
  if (!quiet) for (const note of notes) io.stderr.write(`${basename(path)}: ${note}\n`);
  return image;
}

/** Says on stderr that an image was brought to another size, and what was cut off. */
export function noteResized(
  path: string,
  { from, to, io, quiet = false }: Notes & { readonly from: Size; readonly to: Size },
): void {
  if (quiet || (from.width === to.width && from.height === to.height)) return;
  const cut = cutOff(from, to);
  // less than a pixel on each side is what rounding the size takes
  const sides = [cut.width >= 2 && "left and right", cut.height >= 2 && "top and bottom"].filter(Boolean);
  const part = sides.length > 0 ? `, cut off at its ${sides.join(" and ")}` : "";
  const [before, after] = [from, to].map(({ width, height }) => `${width}x${height}`);
  io.stderr.write(`${basename(path)} was resized from ${before} to ${after}${part}\n`);
}

/** A file's name without its folder and extension. */
export const stemOf = (path: string): string => basename(path, extname(path));
