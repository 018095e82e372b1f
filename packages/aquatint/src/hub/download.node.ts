import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { AquatintError, messageOf } from "../errors.ts";
import { fileError } from "../formats/files.node.ts";
import { makeFolder } from "../formats/folders.node.ts";
import { exclusiveLock } from "../formats/lock.node.ts";
import type { HubFile } from "./choose.ts";
import { denied } from "./listing.ts";

/** Options of a download. */
export interface DownloadOptions {
  readonly url: string;
  readonly file: HubFile;
  /** Path of the whole file; what has come of it lies in "PATH.incomplete" until then. */
  readonly path: string;
  readonly token: string | undefined;
  readonly signal: AbortSignal | undefined;
  /** Seconds without a byte after which the connection is given up and made anew. */
  readonly stallSeconds: number;
  /** Connections in a row that may bring nothing. */
  readonly attempts: number;
}

const hubError = (kind: string, problem: string, hint: string, cause?: unknown) =>
  new AquatintError(`hub/${kind}`, problem, { hint, cause });

/** Tells whether a file is there with its size; its content was checked when it came. */
export const isWhole = async (path: string, size: number): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.size === size;

/**
 * Fetches a file, going on where an earlier attempt ended, and yields how many of its bytes are there. It gets its name
 * when size and hash are right. @throws AquatintError "hub/…"; what has come stays for the next time.
 */
export async function* download(options: DownloadOptions): AsyncGenerator<number, void, void> {
  const { path, file, attempts } = options;
  const partial = `${path}.incomplete`;
  await makeFolder(dirname(path)).catch((cause: unknown) => {
    throw fileError("write", path, cause);
  });
  await using _ = await onlyDownload(options);
  if (await isWhole(path, file.size)) return;
  for (let restarts = 0; ; restarts++) {
    yield* fetchAll(options, partial, attempts);
    if (await isRight(partial, file)) break;
    await rm(partial, { force: true });
    if (restarts > 0) {
      throw hubError(
        "corrupt",
        `${file.path} came twice with another content than the hub says it has`,
        "try again later, or over another network",
      );
    }
  }
  await rename(partial, path).catch((cause: unknown) => {
    throw fileError("write", path, cause);
  });
}

/** Waits until no other process fetches the same file: two that write one partial file would spoil it. */
async function onlyDownload({ path, signal }: DownloadOptions): Promise<AsyncDisposable> {
  for (;;) {
    try {
      return await exclusiveLock(`${path}.lock`);
    } catch (cause) {
      if (!(cause instanceof AquatintError && cause.code === "file/locked")) throw cause;
      await wait(200, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
    }
  }
}

/** Makes connections until all bytes are there; each that brings some gives the next ones their full number of attempts. */
async function* fetchAll(
  options: DownloadOptions,
  partial: string,
  attempts: number,
): AsyncGenerator<number, void, void> {
  const { file, signal } = options;
  for (let remaining = attempts; ; remaining--) {
    const before = await sizeOf(partial);
    if (before === file.size) return;
    if (before > file.size) await rm(partial);
    let failure: unknown = `the connection ended after ${before} of ${file.size} bytes`;
    try {
      yield* fetchSome(options, partial);
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof AquatintError) throw cause;
      failure = cause;
    }
    const after = await sizeOf(partial);
    if (after > before) remaining = attempts + 1;
    if (remaining <= 1 && after !== file.size) {
      const message = `${file.path} could not be fetched: ${messageOf(failure)}`;
      throw hubError(
        "network",
        message,
        "check the connection and run the same command again: it continues where it stopped",
        failure,
      );
    }
    if (after !== file.size)
      await wait(after > before ? 0 : 250 * 2 ** (attempts - remaining), undefined, signal ? { signal } : {});
  }
}

const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => undefined))?.size ?? 0;

/** One connection: appends what comes, from the first byte that is missing. */
async function* fetchSome(options: DownloadOptions, partial: string): AsyncGenerator<number, void, void> {
  const { file, token, signal, stallSeconds, url } = options;
  const start = await sizeOf(partial);
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(new Error(`no byte came for ${stallSeconds} s`)), stallSeconds * 1000);
  const headers = {
    ...(token && { Authorization: `Bearer ${token}` }),
    ...(start > 0 && { Range: `bytes=${start}-` }),
  };
  let handle: FileHandle | undefined;
  try {
    const response = await fetch(url, {
      headers,
      signal: signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal,
    });
    const at = startOf(response, start, file);
    handle = await openAt(partial, at);
    let done = at;
    for await (const chunk of response.body ?? []) {
      timer.refresh();
      if (done + chunk.length > file.size)
        throw hubError(
          "corrupt",
          `${file.path} is longer than the ${file.size} bytes that the hub says`,
          "try again later",
        );
      await handle.write(chunk, 0, chunk.length, done);
      done += chunk.length;
      yield done;
    }
  } finally {
    clearTimeout(timer);
    await handle?.close();
  }
}

/** From which byte the response goes on: a server that knows no ranges begins anew. */
function startOf(response: Response, offset: number, file: HubFile): number {
  const { status } = response;
  if (status === 200) return 0;
  if (status === 206) {
    const from = Number(/^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1]);
    if (from === offset) return offset;
    throw new Error("the server sent another range than requested");
  }
  if (status === 401 || status === 403) throw denied(file.path);
  if (status === 404)
    throw hubError("missing", `${file.path} is not there (404)`, "check the repository and the revision");
  throw new Error(`the server answered ${status}`);
}

async function openAt(path: string, at: number): Promise<FileHandle> {
  try {
    const handle = await open(path, at > 0 ? "r+" : "w");
    if (at > 0) await handle.truncate(at);
    return handle;
  } catch (cause) {
    throw fileError("write", path, cause);
  }
}

/** Compares size and hash; git hashes a header with the length before the bytes. */
async function isRight(path: string, { size, hash }: HubFile): Promise<boolean> {
  if (!(await isWhole(path, size))) return false;
  const digest: Hash = createHash(hash.kind === "sha256" ? "sha256" : "sha1");
  if (hash.kind === "git-sha1") digest.update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path)) digest.update(chunk as Uint8Array);
  return digest.digest("hex") === hash.hex;
}
