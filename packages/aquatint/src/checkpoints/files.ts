import { AquatintError, messageOf } from "../errors.ts";

/** A part of a file, in bytes. */
export interface FileRange {
  readonly offset: number;
  readonly length: number;
}

/** The files that a model lies in: on a disk, behind a URL, in memory, in a browser's `File` objects. No path leaves them. */
export interface ModelFiles {
  /** The folder's path or address, for messages. */
  readonly name: string;
  /** The single file that is meant, by its path among the files; absent for a folder. */
  readonly file?: string | undefined;
  /** The names in a folder ("" is the root), empty where there is none; undefined where folders cannot be listed. */
  list(folder: string): Promise<readonly string[] | undefined>;
  /** A file's length in bytes. @throws AquatintError "file/…". */
  size(path: string): Promise<number>;
  /** A file's bytes, or those of a part of it; fewer where the file ends before the part. @throws AquatintError "file/missing" or another "file/…". */
  read(path: string, range?: FileRange): Promise<Uint8Array<ArrayBuffer>>;
  /** The real path on this machine's disk, with "/" between folders, where an engine may map the file; absent elsewhere. */
  locate?(path: string): Promise<string>;
  /** A file that an engine in a browser may read itself, as external data of a program; absent elsewhere. */
  blob?(path: string): Blob;
}

/** A file's name for messages. */
export const fileName = ({ name }: Pick<ModelFiles, "name">, path: string): string =>
  name === "" ? path : `${name}/${path}`;

/** A path in a folder, "" for the root. */
export const pathIn = (folder: string, file: string): string => (folder === "" ? file : `${folder}/${file}`);

const outside = (path: string, name: string) =>
  new AquatintError("file/outside", `"${path.slice(0, 200)}" leaves the folder ${name}`, {
    hint: "copy the file into the folder, or open the folder that contains it",
  });

/** The first names behind a folder's path. */
function namesIn(paths: Iterable<string>, folder: string): readonly string[] {
  const prefix = folder === "" ? "" : `${folder}/`;
  const below = Array.from(paths).filter((path) => path.startsWith(prefix));
  return [...new Set(below.map((path) => path.slice(prefix.length).split("/")[0] ?? ""))].sort();
}

const missing = (path: string, name: string, paths: Iterable<string>) =>
  new AquatintError("file/missing", `there is no ${path} in ${name}`, { hint: `it holds ${[...paths].join(", ")}` });

/** Files in memory, by their paths. */
export function memoryFiles(contents: ReadonlyMap<string, Uint8Array | string>, name = "memory"): ModelFiles {
  const blobs = Array.from(contents, ([path, content]): [string, Blob] => [path, new Blob([content as BlobPart])]);
  return blobFiles(new Map(blobs), name);
}

/**
 * Files that a page was given, by their paths: of an `<input webkitdirectory>` or a drop. A single `Blob` is the file of a
 * whole model. Only the parts that are needed are read.
 */
export function blobFiles(blobs: ReadonlyMap<string, Blob> | File, name = "files"): ModelFiles {
  if (blobs instanceof Blob) return { ...blobFiles(new Map([[blobs.name, blobs]]), ""), file: blobs.name };
  const blob = blobsByPath(blobs, name);
  return {
    name,
    list: async (folder) => namesIn(blobs.keys(), folder),
    size: async (path) => blob(path).size,
    async read(path, range) {
      const { offset, length } = range ?? { offset: 0, length: blob(path).size };
      return new Uint8Array(await readBlob(blob(path), { path, range: { offset, length } }));
    },
  };
}

/**
 * The same files for a runtime in a browser that reads the weights itself, each where it lies and as it is stored, so that
 * none passes through JavaScript. `webRuntime` with the worker "aquatint/runtime/worker-jspi.web" reads them on demand;
 * the other workers read those of a network into memory when they load it.
 */
export function externalBlobFiles(blobs: ReadonlyMap<string, Blob> | File, name?: string): ModelFiles {
  const byPath = blobs instanceof Blob ? new Map([[blobs.name, blobs]]) : blobs;
  return { ...blobFiles(blobs, name), blob: blobsByPath(byPath, name ?? "files") };
}

const blobsByPath =
  (blobs: ReadonlyMap<string, Blob>, name: string) =>
  (path: string): Blob => {
    const content = blobs.get(path);
    if (content === undefined) throw missing(path, name, blobs.keys());
    return content;
  };

/** Bytes of a blob. A `File` cannot be read once the file on the disk is not the one that was chosen. */
async function readBlob(blob: Blob, { path, range }: { readonly path: string; readonly range: FileRange }) {
  return blob
    .slice(range.offset, range.offset + range.length)
    .arrayBuffer()
    .catch((cause: unknown) => {
      throw new AquatintError("file/changed", `${path} cannot be read anymore: it was changed, moved or deleted`, {
        hint: "open the file again",
        cause,
      });
    });
}

/** Extensions by which an address is one of a file and not of a folder. */
const weightsExtension = /\.(safetensors|sft)$/i;

/**
 * Files behind a URL, read with `fetch`, of a folder or of a single .safetensors file; in a page the address may be relative
 * to it. Parts are asked for by `Range`; where the server ignores that, a file is fetched once and kept.
 */
export function urlFiles(address: string | URL): ModelFiles {
  const target = new URL(String(address).replace(/\/*$/, ""), globalThis.location?.href);
  const isFile = weightsExtension.test(target.pathname);
  const folder = isFile ? new URL(".", target) : new URL(`${target.pathname}/`, target);
  const name = folder.href.slice(0, -1);
  const reader = urlReader();
  const urlOf = (path: string): string => {
    const { href } = new URL(path, folder);
    if (!href.startsWith(folder.href)) throw outside(path, name);
    return href;
  };
  return {
    name,
    ...(isFile && { file: decodeURIComponent(target.pathname.slice(folder.pathname.length)) + target.search }),
    list: async () => undefined,
    size: async (path) => reader.size(urlOf(path)),
    read: async (path, range) => reader.read(urlOf(path), range),
  };
}

/** Reads parts of files, and remembers their sizes, and whole files where a server gives no parts. */
function urlReader() {
  const sizes = new Map<string, number>();
  const contents = new Map<string, Uint8Array<ArrayBuffer>>();
  const readWhole = async (url: string, response: Response) => {
    const bytes = await bodyOf(url, response);
    sizes.set(url, bytes.length);
    return bytes;
  };
  return {
    async size(url: string): Promise<number> {
      const size = sizes.get(url);
      return size ?? Number((await answerOf(url, { method: "HEAD" })).headers.get("content-length"));
    },
    async read(url: string, range?: FileRange): Promise<Uint8Array<ArrayBuffer>> {
      const copy = contents.get(url);
      if (!range) return copy ?? readWhole(url, await answerOf(url));
      const { offset, length } = range;
      if (copy) return copy.slice(offset, offset + length);
      if (length === 0) return new Uint8Array();
      const response = await answerOf(url, { headers: { range: `bytes=${offset}-${offset + length - 1}` } });
      if (response.status === BEHIND_END) return new Uint8Array();
      if (response.status !== 206) {
        const bytes = await readWhole(url, response);
        contents.set(url, bytes);
        return bytes.slice(offset, offset + length);
      }
      const total = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
      if (total !== undefined) sizes.set(url, Number(total));
      return bodyOf(url, response);
    },
  };
}

/** Status of a server's answer where the part begins behind the end of the file. */
const BEHIND_END = 416;

const failed = (url: string, problem: string, hint: string, cause?: unknown) =>
  new AquatintError("file/failed", `cannot read ${url}: ${problem}`, { hint, cause });

async function answerOf(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, init).catch((cause: unknown) => {
    const hint = "see that the server runs, and that it allows other sites (CORS) if it is one";
    throw failed(url, messageOf(cause), hint, cause);
  });
  // servers of single-page applications answer with their page where there is no file
  const isPage = response.headers.get("content-type")?.startsWith("text/html") ?? false;
  if (response.status === 404 || (response.ok && isPage)) {
    throw new AquatintError("file/missing", `there is no ${url}`, {
      hint: "serve the whole folder of the model there",
    });
  }
  if (!response.ok && response.status !== BEHIND_END)
    throw failed(url, `the server answered ${response.status}`, "see the server's log");
  return response;
}

async function bodyOf(url: string, response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await response.arrayBuffer().catch((cause: unknown) => {
    throw failed(url, `the connection ended early: ${messageOf(cause)}`, "try again", cause);
  });
  return new Uint8Array(bytes);
}
