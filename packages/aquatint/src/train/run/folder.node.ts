import { open, readdir, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AquatintError } from "../../errors.ts";
import { fileError, readBytes, writeFileAtomic } from "../../formats/files.node.ts";
import { makeFolder } from "../../formats/folders.node.ts";
import { exclusiveLock, lockHolder } from "../../formats/lock.node.ts";
import { finishReplacing, replaceFolder } from "./replace.node.ts";
import { MODEL, type RunFiles } from "./run-folder.ts";

/** A run's folder on this machine's disk. */
export function diskFiles(folder: string): RunFiles {
  const at = (path: string) => join(folder, path);
  const write = (path: string, work: () => Promise<void>) =>
    work().catch((cause: unknown) => {
      throw fileError("write", at(path), cause);
    });
  const writeFlushed = async (path: string, bytes: Uint8Array | string) => {
    await makeFolder(dirname(at(path)));
    await writeFileAtomic(at(path), bytes);
  };
  return {
    folder,
    write: (path, bytes) => write(path, () => writeFlushed(path, bytes)),
    replace: (path, contents) => write(path, () => replaceFolder(at(path), contents)),
    append: (path, text, size) =>
      write(path, () => (size === 0 ? writeFlushed(path, text) : writeAt(at(path), text, size))),
    read: (path) => readBytes(at(path)),
    list: (path) =>
      readdir(at(path)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return [];
        throw fileError("read", at(path), error);
      }),
    remove: (path) => write(path, () => rm(at(path), { force: true })),
    rename: (from, to) => write(from, () => rename(at(from), at(to))),
  };
}

async function writeAt(path: string, text: string, size: number): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.truncate(size);
    await file.write(text, size);
  } finally {
    await file.close();
  }
}

const LOCK = "run.lock";
/** Names of files that a killed process left unfinished. */
const UNFINISHED = /^\.step-\d+\.\w+\.[0-9a-f]+\.tmp$/;

/** Holds a run's folder for this process until it is disposed of, and clears away what a killed one left. @throws AquatintError "train/running" */
export async function claimFolder(folder: string): Promise<AsyncDisposable> {
  const created = await makeFolder(folder).catch((cause: unknown) => {
    throw fileError("write", folder, cause);
  });
  const lock = await exclusiveLock(join(folder, LOCK)).catch((cause: unknown) => {
    if (!(cause instanceof AquatintError && cause.code === "file/locked")) throw cause;
    const message = cause.message.replace("is in use by", "is being trained in by");
    throw new AquatintError("train/running", message, { hint: cause.hint, cause });
  });
  for (const part of ["checkpoints", "samples"]) {
    const names = await readdir(join(folder, part)).catch(() => []);
    for (const name of names.filter((entry) => UNFINISHED.test(entry)))
      await rm(join(folder, part, name), { force: true });
  }
  await finishReplacing(join(folder, MODEL));
  return {
    async [Symbol.asyncDispose]() {
      await lock[Symbol.asyncDispose]();
      if (created !== undefined) await removeEmpty(folder, created);
    },
  };
}

/** Removes a folder that was made for nothing, and those above it up to `top`. */
async function removeEmpty(folder: string, top: string): Promise<void> {
  for (let path = folder; path.length >= top.length; path = dirname(path)) {
    const removed = await rmdir(path).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
}

/** The process that holds a run's folder; undefined where none does that still runs. */
export const runningProcess = async (folder: string): Promise<number | undefined> =>
  (await lockHolder(join(folder, LOCK)))?.pid;
