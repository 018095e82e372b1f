import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AquatintError } from "../errors.ts";
import { fileError, readBytes, readText, writeFileAtomic } from "../formats/node.ts";
import { finishReplacing, replaceFolder } from "./node-replace.ts";
import { MODEL, type RunFiles } from "./run-folder.ts";

/** A run's folder on this machine's disk. */
export function diskFiles(folder: string): RunFiles {
  const at = (path: string) => join(folder, path);
  const write = (path: string, work: () => Promise<void>) =>
    work().catch((cause: unknown) => {
      throw fileError("write", at(path), cause);
    });
  const whole = async (path: string, bytes: Uint8Array | string) => {
    await mkdir(dirname(at(path)), { recursive: true });
    await writeFileAtomic(at(path), bytes);
  };
  return {
    folder,
    write: (path, bytes) => write(path, () => whole(path, bytes)),
    replace: (path, contents) => write(path, () => replaceFolder(at(path), contents)),
    append: (path, text, size) => write(path, () => (size === 0 ? whole(path, text) : writeAt(at(path), text, size))),
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
/** What a killed process leaves of a file that it was writing. */
const UNFINISHED = /^\.step-\d+\.\w+\.[0-9a-f]+\.tmp$/;

/** Holds a run's folder for this process until it is disposed of, and clears away what a killed one left. @throws AquatintError "train/running" */
export async function claimFolder(folder: string): Promise<AsyncDisposable> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, LOCK);
  const holder = await runningProcess(folder);
  if (holder !== undefined && holder !== process.pid) {
    throw new AquatintError("train/running", `${folder} is being trained in by another process (${holder})`, {
      hint: `wait for it, end it, or remove ${path} if no training is running`,
    });
  }
  await writeFileAtomic(path, `${process.pid}\n`);
  for (const part of ["checkpoints", "samples"]) {
    const names = await readdir(join(folder, part)).catch(() => []);
    for (const name of names.filter((one) => UNFINISHED.test(one))) await rm(join(folder, part, name), { force: true });
  }
  await finishReplacing(join(folder, MODEL));
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

/** The process that holds a run's folder; undefined where none does that still runs. */
export async function runningProcess(folder: string): Promise<number | undefined> {
  const pid = Number(await readText(join(folder, LOCK)).catch(() => ""));
  return isRunning(pid) ? pid : undefined;
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
