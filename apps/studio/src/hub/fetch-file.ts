import { AquatintError, messageOf } from "aquatint";
import type { HubFile } from "aquatint/hub";
import { createSHA1, createSHA256 } from "hash-wasm";

/** A file of the browser's store that is being written. */
export interface FileSink {
  size(): number;
  read(offset: number, length: number): Uint8Array<ArrayBuffer>;
  /** Writes at an offset. @throws DOMException "QuotaExceededError" where the store is full. */
  write(bytes: Uint8Array, offset: number): void;
  truncate(size: number): void;
}

/** Options of `fetchFile`. */
export interface FetchFileOptions {
  readonly url: string;
  readonly token: string | undefined;
  readonly signal: AbortSignal;
  /** Called with the bytes of the file that are there. */
  readonly onBytes: (done: number) => void;
  /** Connections in a row that may bring nothing; 5 when absent. */
  readonly attempts?: number;
  /** Seconds without a byte after which a connection is made anew; 30 when absent. */
  readonly stallSeconds?: number;
}

const CHUNK = 2 ** 22;

/**
 * Fetches a file of the hub into a sink: goes on after the bytes that are in it, hashes what comes, and begins once more where the whole is
 * another than the hub says. @throws AquatintError "hub/…"; what has come stays for the next time.
 */
export async function fetchFile(file: HubFile, sink: FileSink, options: FetchFileOptions): Promise<void> {
  for (let restarts = 0; ; restarts++) {
    if (sink.size() > file.size) sink.truncate(0);
    const digest = await contentHash(file, sink);
    await fetchRest(file, sink, { ...options, hash: digest });
    if ((await digest.hex()) === file.hash.hex) return;
    sink.truncate(0);
    if (restarts > 0) {
      throw new AquatintError("hub/corrupt", `${file.path} came twice with another content than the hub says it has`, {
        hint: "try again later, or over another network",
      });
    }
  }
}

interface ContentHash {
  update(bytes: Uint8Array): void;
  reset(): void;
  hex(): Promise<string>;
}

/** The hash of a file as far as it is there; git's hashes are of small files, which are read whole at the end. */
async function contentHash({ hash: { kind }, size }: HubFile, sink: FileSink): Promise<ContentHash> {
  const hash = await createSHA256();
  if (kind === "sha256") {
    for (let at = 0; at < sink.size(); at += CHUNK) hash.update(sink.read(at, Math.min(CHUNK, sink.size() - at)));
  }
  return {
    update: (bytes) => kind === "sha256" && hash.update(bytes),
    reset: () => hash.init(),
    hex: async () => (kind === "sha256" ? hash.digest() : gitHash(sink.read(0, size))),
  };
}

/** Git hashes a header with the length before the bytes. */
async function gitHash(bytes: Uint8Array): Promise<string> {
  const hash = await createSHA1();
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest();
}

interface RestOptions extends FetchFileOptions {
  readonly hash: ContentHash;
}

/** Makes connections until all bytes are there; each that brings some gives the next ones their full number of attempts. */
async function fetchRest(file: HubFile, sink: FileSink, options: RestOptions): Promise<void> {
  const { signal, attempts = 5 } = options;
  for (let remaining = attempts; sink.size() < file.size || file.size === 0; ) {
    const before = sink.size();
    let failure: unknown = `the connection ended after ${before} of ${file.size} bytes`;
    try {
      await fetchSome(file, sink, options);
      if (file.size === 0) return;
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof AquatintError || isFull(cause)) throw cause;
      failure = cause;
    }
    const came = sink.size() > before;
    remaining = came ? attempts : remaining - 1;
    if (remaining <= 0) throw unreachable(file, failure);
    if (!came) await pause(250 * 2 ** (attempts - remaining), signal);
  }
}

/** Whether the browser's store is full. */
export const isFull = (error: unknown): boolean => error instanceof DOMException && error.name === "QuotaExceededError";

const unreachable = ({ path }: HubFile, cause: unknown) =>
  new AquatintError("hub/network", `${path} could not be fetched: ${messageOf(cause)}`, { cause });

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });

/** One connection: appends what comes, from the first byte that is missing. */
async function fetchSome(file: HubFile, sink: FileSink, options: RestOptions): Promise<void> {
  const { url, token, signal, stallSeconds = 30, onBytes, hash } = options;
  const start = sink.size();
  const headers = {
    ...(token && { Authorization: `Bearer ${token}` }),
    ...(start > 0 && { Range: `bytes=${start}-` }),
  };
  const stall = stallSignal(stallSeconds);
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.any([signal, stall.signal]) });
    let done = startOf(response, start, file);
    if (done < start) {
      sink.truncate(0);
      hash.reset();
    }
    for await (const bytes of chunksOf(response)) {
      stall.refresh();
      if (done + bytes.length > file.size) throw tooLong(file);
      sink.write(bytes, done);
      hash.update(bytes);
      done += bytes.length;
      onBytes(done);
    }
  } finally {
    stall.end();
  }
}

/** The parts of a body as they come; not every browser iterates over a stream. */
async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array, void, void> {
  const reader = body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) yield part.value;
}

/** A signal that aborts when it is not refreshed for some seconds. */
function stallSignal(seconds: number) {
  const controller = new AbortController();
  const abort = () => controller.abort(new Error(`no byte came for ${seconds} s`));
  let timer = setTimeout(abort, 1000 * seconds);
  return {
    signal: controller.signal,
    end: () => clearTimeout(timer),
    refresh() {
      clearTimeout(timer);
      timer = setTimeout(abort, 1000 * seconds);
    },
  };
}

const tooLong = ({ path, size }: HubFile) =>
  new AquatintError("hub/corrupt", `${path} is longer than the ${size} bytes that the hub says`, {
    hint: "try again later",
  });

/** From which byte the response goes on: a server that knows no ranges begins anew. */
function startOf({ status, headers }: Response, offset: number, { path }: HubFile): number {
  if (status === 200) return 0;
  if (status === 206) {
    // another origin may keep the header to itself; the hash tells then
    const from = /^bytes (\d+)-/.exec(headers.get("content-range") ?? "")?.[1];
    if (from === undefined || Number(from) === offset) return offset;
    throw new Error("the server sent another range than requested");
  }
  if (status === 401 || status === 403)
    throw new AquatintError("hub/denied", `the hub does not give out ${path} without a right to it`);
  if (status === 404) throw new AquatintError("hub/missing", `${path} is not there (404)`);
  throw new Error(status === 429 ? "the hub wants fewer requests for now (429)" : `the server answered ${status}`);
}
