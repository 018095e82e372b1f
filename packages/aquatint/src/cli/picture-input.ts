import { basename, extname, resolve } from "node:path";
import { type Picture, pictureToTensor } from "../formats/image.ts";
import { readPicture } from "../formats/node-picture.ts";
import { fitted, type Size } from "../formats/resize.ts";
import type { Io } from "./io.ts";

/** A picture that a command was given, in the size that it works in. */
export interface PictureInput {
  readonly picture: Picture;
  /** [3, height, width] in -1 .. 1. */
  readonly values: Float32Array<ArrayBuffer>;
  /** The file's own size, where it was another. */
  readonly resizedFrom: Size | undefined;
}

/** Reads a picture and brings it to a size, with a line on stderr if that changed it. */
export async function pictureInput(
  path: string,
  sizeOf: (size: Size) => Size,
  { io, quiet = false }: { readonly io: Io; readonly quiet?: boolean | undefined },
): Promise<PictureInput> {
  const original = await readPicture(resolve(io.cwd, path));
  const size = sizeOf(original);
  const picture = fitted(original, size);
  const same = original.width === size.width && original.height === size.height;
  if (!same && !quiet) {
    const [from, to] = [original, size].map(({ width, height }) => `${width}x${height}`);
    io.stderr.write(`${basename(path)} was resized from ${from} to ${to}\n`);
  }
  return {
    picture,
    values: pictureToTensor(picture),
    resizedFrom: same ? undefined : { width: original.width, height: original.height },
  };
}

/** A file's name without its folder and extension. */
export const stemOf = (path: string): string => basename(path, extname(path));
