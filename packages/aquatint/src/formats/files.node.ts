import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { type FileHandle, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { AquatintError, codeOf, messageOf } from "../errors.ts";
import { checkName, makeFolder } from "./folders.node.ts";
import { headerLength, PREFIX_BYTES, parseHeader, type SafetensorsHeader } from "./safetensors/header.ts";
import { encodeSafetensors, parseSafetensors, type RawTensors, type Safetensors } from "./safetensors/safetensors.ts";

/** Files and folders being written, removed if the process exits before they are whole. */
const unfinished = new Set<string>();
const removeUnfinished = (): void => {
  for (const path of unfinished) rmSync(path, { recursive: true, force: true });
};

/** Runs `write`; if it fails, or the process exits meanwhile, the file or folder `path` is removed. */
export async function removedOnFailure(path: string, write: () => Promise<void>): Promise<void> {
  if (unfinished.size === 0) process.once("exit", removeUnfinished);
  unfinished.add(path);
  try {
    await write();
  } catch (cause) {
    await rm(path, { recursive: true, force: true });
    throw cause;
  } finally {
    unfinished.delete(path);
    if (unfinished.size === 0) process.off("exit", removeUnfinished);
  }
}

/** Characters of a file's name in the name of its temporary file, which must not be too long where the name itself is not. */
const MAX_CHARACTERS = 40;

/** Writes a file whole or not at all. @throws AquatintError as `writeAtomic`. */
export const writeFileAtomic = (
  path: string,
  bytes: Uint8Array | string,
  { mode }: { readonly mode?: number } = {},
): Promise<void> =>
  writeAtomic(path, async (file) => {
    if (mode !== undefined) await file.chmod(mode);
    await file.writeFile(bytes);
  });

/**
 * Writes a file whole or not at all: into a temporary file of the same folder, flushed to the disk, then renamed.
 * @throws AquatintError "file/missing", "file/is-folder", "file/denied", "file/full", "file/name" or "file/failed".
 */
export async function writeAtomic(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const name = Array.from(basename(path)).slice(0, MAX_CHARACTERS).join("");
  const temporary = join(dirname(path), `.${name}.${randomBytes(6).toString("hex")}.tmp`);
  checkName(path);
  try {
    await removedOnFailure(temporary, async () => {
      const file = await open(temporary, "wx");
      try {
        await write(file);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    });
  } catch (cause) {
    throw fileError("write", path, cause);
  }
}

/** Writes a file whole or not at all, and makes its folder if needed. */
export async function writeFileAndFolder(path: string, bytes: Uint8Array | string): Promise<void> {
  await makeFolder(dirname(path)).catch((cause: unknown) => {
    throw fileError("write", path, cause);
  });
  await writeFileAtomic(path, bytes);
}

/**
 * Writes `dir/stem-0001.ext`, or the next free number, for the name "stem.ext"; never overwrites, makes `dir` if needed.
 * @returns the path that was written.
 */
export const writeNewFile = (dir: string, name: string, bytes: Uint8Array | string): Promise<string> =>
  writeNew(dir, name, (path) => writeFileAtomic(path, bytes));

/** As `writeNewFile`, by what writes the file of the path that it is given. */
export async function writeNew(dir: string, name: string, write: (path: string) => Promise<void>): Promise<string> {
  try {
    checkName(name);
    await makeFolder(dir);
    const path = await reserve(dir, name);
    await removedOnFailure(path, () => write(path));
    return path;
  } catch (cause) {
    throw fileError("write", join(dir, name), cause);
  }
}

/** Creates an empty file under the next free number, so that nobody else takes it. */
async function reserve(dir: string, name: string): Promise<string> {
  const extension = extname(name);
  const stem = basename(name, extension);
  const numbers = (await readdir(dir))
    .filter((file) => file.startsWith(`${stem}-`) && file.endsWith(extension))
    .map((file) => file.slice(stem.length + 1, file.length - extension.length))
    .map((digits) => (/^\d{4,9}$/.test(digits) ? Number(digits) : 0));
  for (let n = 1 + numbers.reduce((a, b) => Math.max(a, b), 0); ; n++) {
    const path = join(dir, `${stem}-${String(n).padStart(4, "0")}${extension}`);
    try {
      await (await open(path, "wx")).close();
      return path;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
  }
}

/** A file's bytes. @throws AquatintError "file/missing", "file/is-folder", "file/denied" or "file/failed". */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { buffer, byteOffset, length } = await readFile(path);
    return new Uint8Array(buffer, byteOffset, length);
  } catch (cause) {
    throw fileError("read", path, cause);
  }
}

/** A text file, which must be UTF-8; a byte-order mark is dropped. */
export async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AquatintError("file/encoding", `cannot read ${path}: it is not UTF-8 text`, {
      hint: "save it as UTF-8",
      cause,
    });
  }
}

/** A whole safetensors file in memory. */
export const readSafetensors = async (path: string): Promise<Safetensors> =>
  parseSafetensors(await readBytes(path), { name: path });

/** The header of a safetensors file of any size, with the absolute place of each tensor; no tensor is read. */
export async function readSafetensorsHeader(path: string): Promise<SafetensorsHeader> {
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      const head = new Uint8Array(32);
      const { bytesRead } = await file.read(head, 0, head.length, 0);
      const length = headerLength(head.subarray(0, bytesRead), size, { name: path });
      const header = new Uint8Array(PREFIX_BYTES + length);
      const { bytesRead: headerBytes } = await file.read(header, 0, header.length, 0);
      return parseHeader(header.subarray(0, headerBytes), size, { name: path });
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw fileError("read", path, cause);
  }
}

/** Writes a safetensors file whole or not at all. */
export const writeSafetensors = (
  path: string,
  tensors: RawTensors,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> => writeFileAtomic(path, encodeSafetensors(tensors, metadata));

const failures: Readonly<Record<string, readonly [kind: string, problem: string, hint: string]>> = {
  ENOENT: ["missing", "no such file or folder", "check the path"],
  ENOTDIR: ["missing", "a part of the path is a file, not a folder", "check the path"],
  EISDIR: ["is-folder", "it is a folder, expected a file", "name a file inside it"],
  EACCES: ["denied", "permission denied", "check who may use the file and its folder"],
  EPERM: ["denied", "permission denied", "check who may use the file and its folder"],
  EROFS: ["denied", "the disk is read-only", "choose another folder"],
  ENOSPC: ["full", "the disk is full", "free some space, or choose another disk"],
  EDQUOT: ["full", "the quota of the disk is used up", "free some space, or choose another disk"],
  EFBIG: [
    "full",
    "the file is larger than the disk or the user's limit allows",
    "choose another disk, or raise the limit",
  ],
  ENAMETOOLONG: ["name", "the name is too long", "choose a shorter one: most disks allow 255 bytes"],
  EEXIST: ["missing", "a part of the path is a file, not a folder", "check the path"],
};

/** The AquatintError "file/…" of a failed call of `node:fs`; one that is an AquatintError already stays. */
export function fileError(verb: "read" | "write", path: string, cause: unknown): AquatintError {
  if (cause instanceof AquatintError) return cause;
  const code = String(codeOf(cause));
  const [kind, problem, advice] = failures[code] ?? ["failed", messageOf(cause), undefined];
  const hint = code === "ENOENT" && verb === "write" ? "check the path: the file's folder must exist" : advice;
  return new AquatintError(`file/${kind}`, `cannot ${verb} ${path}: ${problem}`, { hint, cause });
}
