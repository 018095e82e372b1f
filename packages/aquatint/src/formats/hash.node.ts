import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { fileError } from "./files.node.ts";

/** Files that this process has hashed, or is hashing. */
const hashes = new Map<string, Promise<string>>();

/**
 * SHA-256 of a file's bytes, or of several files one after the other, in 64 hexadecimal digits. Nothing is held in memory,
 * and a file that stays as it is is read once in a process. @throws AquatintError "file/…".
 */
export async function sha256(paths: readonly string[]): Promise<string> {
  const marks = await Promise.all(paths.map(markOf));
  const key = marks.join("\n");
  const hashing = hashes.get(key) ?? hashed(paths);
  hashes.set(key, hashing);
  hashing.catch(() => hashes.delete(key));
  return hashing;
}

/** Changes when the file does. */
async function markOf(path: string): Promise<string> {
  try {
    const { size, mtimeMs, ino } = await stat(path);
    return [await realpath(path), size, mtimeMs, ino].join(" ");
  } catch (cause) {
    throw fileError("read", path, cause);
  }
}

async function hashed(paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) {
    try {
      for await (const part of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(part);
    } catch (cause) {
      throw fileError("read", path, cause);
    }
  }
  return hash.digest("hex");
}
