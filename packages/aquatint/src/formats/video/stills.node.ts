import { randomBytes } from "node:crypto";
import { readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { AquatintError } from "../../errors.ts";
import { concatBytes } from "../../util/concat.ts";
import { fileError, removedOnFailure, writeFileAtomic } from "../files.node.ts";
import { checkName, makeFolder } from "../folders.node.ts";
import { encodeImage } from "../image/encode.node.ts";
import type { Image } from "../image/image.ts";
import { fileFormat } from "./file-format.node.ts";
import type { VideoFormat } from "./format.ts";

/** Frames a second that formats without time allow: they do not say it. */
const ANY_FPS = 240;

/** One PNG file with the frames side by side. */
export const strip = fileFormat({
  title: "a strip of frames",
  extensions: [".strip.png"],
  maxFps: ANY_FPS,
  alpha: true,
  encode: async ({ frames }, { texts }) => encodeImage(sideBySide(frames), { texts }),
});

/** Images of one size and of as many channels, from left to right. */
function sideBySide(frames: readonly Image[]): Image {
  const [{ width, height, channels }] = frames as readonly [Image];
  const row = width * channels;
  const rows = Array.from({ length: height }, (_, y) =>
    frames.map(({ data }) => data.subarray(y * row, (y + 1) * row)),
  );
  return { width: width * frames.length, height, channels, data: concatBytes(rows.flat()) };
}

/** Name of frame number `i`, counted from 0. */
const frameName = (i: number): string => `frame-${String(i + 1).padStart(4, "0")}.png`;
const FRAME_NAME = /^frame-\d{4,}\.png$/;

/** A folder of PNG files, frame-0001.png and so on. It takes the place of a folder of older frames, never of other files. */
export const folder: VideoFormat = {
  title: "a folder of frames",
  extensions: ["/"],
  folder: true,
  maxFps: ANY_FPS,
  alpha: true,
  check: async (path) => void (await framesThere(resolve(path))),
  async write(path, { frames }, { texts, signal }) {
    const target = resolve(path);
    await framesThere(target);
    const hidden = () =>
      join(dirname(target), `.${basename(target).slice(0, 40)}.${randomBytes(6).toString("hex")}.tmp`);
    const temporary = hidden();
    try {
      await removedOnFailure(temporary, async () => {
        await makeFolder(temporary);
        for (const [i, frame] of frames.entries()) {
          signal?.throwIfAborted();
          await writeFileAtomic(join(temporary, frameName(i)), await encodeImage(frame, { texts }));
        }
        await replace(target, { by: temporary, old: hidden() });
      });
    } catch (cause) {
      throw signal?.aborted ? cause : fileError("write", target, cause);
    }
  },
};

/** Puts a folder in the place of another, which is removed. */
async function replace(target: string, { by, old }: { readonly by: string; readonly old: string }): Promise<void> {
  if (!(await framesThere(target))) return rename(by, target);
  await rename(target, old);
  try {
    await rename(by, target);
  } catch (cause) {
    await rename(old, target);
    throw cause;
  }
  await rm(old, { recursive: true, force: true });
}

/** Tells whether a folder is there; it must hold frames alone. @throws AquatintError "clip/folder", "file/…". */
async function framesThere(path: string): Promise<boolean> {
  checkName(path);
  const names = await readdir(path).catch((cause: unknown) => {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw fileError("write", path, cause);
  });
  const other = names?.find((name) => !FRAME_NAME.test(name));
  if (other === undefined) return names !== undefined;
  throw new AquatintError("clip/folder", `${path} holds "${other}", expected a new folder or one of frames alone`, {
    hint: "choose another folder: its files would be lost",
  });
}
