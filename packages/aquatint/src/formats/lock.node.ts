import { randomBytes } from "node:crypto";
import { link, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { AquatintError, codeOf } from "../errors.ts";
import { fileError } from "./files.node.ts";
import { makeFolder } from "./folders.node.ts";

/** The process that holds a lock. */
export interface LockHolder {
  readonly pid: number;
  /** Name of its machine; absent in locks of version 0.1. */
  readonly host?: string | undefined;
  /** When the process began, in the kernel's clock ticks since the machine started; absent where the system does not say. */
  readonly start?: string | undefined;
}

/** Milliseconds between two times that a lock's file is touched, and after which an untouched one of another machine is left over. */
const TOUCH = { every: 10_000, expires: 120_000 };

/** Locks that this process holds. */
const heldPaths = new Set<string>();
/** Milliseconds after which a lock without content is one whose process was killed while it wrote it. */
const UNWRITTEN = 2000;

/**
 * Creates a lock file for this process; exactly one of any number of simultaneous callers succeeds. A lock of a process
 * that no longer runs is taken over, one of another machine when it was not touched for two minutes. Disposal removes the file. @throws AquatintError "file/locked".
 */
export async function exclusiveLock(path: string): Promise<AsyncDisposable> {
  if (heldPaths.has(path)) throw lockedError(path, process);
  heldPaths.add(path); // before anything else runs
  try {
    await acquired(path);
  } catch (error) {
    heldPaths.delete(path);
    throw error;
  }
  const touching = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), TOUCH.every);
  touching.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(touching);
      await rm(path, { force: true });
      heldPaths.delete(path);
    },
  };
}

async function acquired(path: string): Promise<void> {
  const content = JSON.stringify(await thisProcess());
  for (;;) {
    if (await created(path, content)) return;
    const text = await lockText(path);
    if (text === undefined) continue; // released meanwhile
    const holder = holderOf(text);
    if (holder && (await isAlive(path, holder))) throw lockedError(path, holder);
    // of those who see a lock that nobody holds, one at a time replaces it
    await using _ = await exclusiveLock(`${path}.takeover`);
    if ((await lockText(path)) !== text) continue;
    return replaced(path, content);
  }
}

/** The holder of a lock whose process runs, or may run on another machine; undefined where there is none. */
export async function lockHolder(path: string): Promise<LockHolder | undefined> {
  const holder = holderOf((await lockText(path).catch(() => undefined)) ?? "");
  if (!holder) return undefined;
  return heldPaths.has(path) || (await isAlive(path, holder)) ? holder : undefined;
}

function lockedError(path: string, { pid, host = hostname() }: LockHolder): AquatintError {
  const elsewhere = host === hostname() ? "" : ` on ${host}`;
  return new AquatintError("file/locked", `${dirname(path)} is in use by another process (${pid}${elsewhere})`, {
    hint: `wait for it, end it, or remove ${path} if it no longer runs`,
  });
}

/** Creates a file with its content at once, so that no other process sees it half written; false where it exists. */
async function created(path: string, text: string): Promise<boolean> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await makeFolder(dirname(path));
    await writeFile(temporary, text, { flag: "wx" });
    try {
      await link(temporary, path);
    } catch (cause) {
      if (codeOf(cause) === "EEXIST") return false;
      await writeFile(path, text, { flag: "wx" }); // a file system without hard links
    }
    return true;
  } catch (cause) {
    if (codeOf(cause) === "EEXIST") return false;
    throw fileError("write", path, cause);
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

async function replaced(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await writeFile(temporary, text, { flag: "wx" });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw fileError("write", path, cause);
  }
}

/** A lock's content; waits a little for one that is being written. Undefined where there is no lock. */
async function lockText(path: string): Promise<string | undefined> {
  try {
    for (;;) {
      const text = await readFile(path, "utf8");
      if (text !== "" || Date.now() - (await stat(path)).mtimeMs > UNWRITTEN) return text;
      await wait(20);
    }
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return undefined;
    throw fileError("read", path, cause);
  }
}

/** Content of a lock; undefined where it is unreadable. */
function holderOf(text: string): LockHolder | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    const holder = typeof value === "number" ? { pid: value } : (value as LockHolder);
    return Number.isSafeInteger(holder.pid) && holder.pid > 0 ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** Tells whether a lock's process runs; one of this process's number that is older than it does not. */
async function isAlive(path: string, { pid, host, start }: LockHolder): Promise<boolean> {
  if (host !== undefined && host !== hostname()) {
    const touched = await stat(path).catch(() => undefined);
    return touched !== undefined && Date.now() - touched.mtimeMs < TOUCH.expires;
  }
  const actual = await startOf(pid);
  if (pid === process.pid) return start !== undefined && actual === start; // another thread's
  return isRunning(pid) && (start === undefined || actual === undefined || actual === start);
}

const thisProcess = async (): Promise<LockHolder> => ({
  pid: process.pid,
  host: hostname(),
  start: await startOf(process.pid),
});

/** Linux tells when a process began, which tells it from a later one of the same number. */
async function startOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19];
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}
