import { AquatintError } from "aquatint";
import { openDB } from "idb";
import { isIntact, sha256 } from "../engine/hosted/pieces.ts";
import { withLock } from "../engine/locks.ts";
import type { FileSet } from "../model-files/file-set.ts";
import type { FileReport } from "../model-files/report.ts";
import { setOfHandle } from "./dropped.ts";

/** A file as it was kept: its size, when it was changed last, and the SHA-256 of each piece. */
interface KeptFile {
  readonly path: string;
  readonly size: number;
  readonly lastModified?: number;
  readonly pieces: readonly string[];
}

/** Files in the browser's store, numbered in their order. */
interface CopiedFiles extends Pick<KeptRecord, "id" | "name" | "isFolder"> {
  readonly files: readonly Pick<KeptFile, "path" | "lastModified">[];
}

/** Files that the page knows on the next visit. */
export interface KeptRecord {
  readonly id: string;
  readonly name: string;
  readonly isFolder: boolean;
  readonly report: FileReport;
  readonly files: readonly KeptFile[];
  /** SHA-256 of a model's weights, where it was computed. */
  readonly hash?: string | undefined;
  /** The permission to read them where they lie; absent for a copy in the browser's store. */
  readonly handle?: FileSystemHandle | undefined;
}

/** Bytes of a piece. */
const PIECE = 2 ** 23;
const FOLDER = "models";

const database = async () =>
  openDB("aquatint-library", 1, { upgrade: (db) => void db.createObjectStore("items", { keyPath: "id" }) });

/** What tells files apart without reading them. */
export const marksOf = (files: FileSet["files"] | KeptRecord["files"]): string => {
  const list =
    "length" in files ? files : Array.from(files, ([path, { size, lastModified }]) => ({ path, size, lastModified }));
  return JSON.stringify(list.map(({ path, size, lastModified }) => [path, size, lastModified]).sort());
};

/** What earlier visits kept; nothing where the browser keeps nothing. */
export const keptRecords = async (): Promise<readonly KeptRecord[]> =>
  database()
    .then((db) => db.getAll("items"))
    .catch(() => []);

/** Writes a record in place of the one with its id. */
export const putRecord = async (record: KeptRecord): Promise<void> =>
  void (await (await database()).put("items", record));

/** Options of `keepFiles`. */
export interface KeepOptions {
  readonly handle?: FileSystemHandle | undefined;
  /** True where the files lie in the browser's store already, as those of the hub do. */
  readonly isPlaced?: boolean | undefined;
  readonly onProgress: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

type KeptItem = Pick<KeptRecord, "id" | "name" | "report" | "hash"> & { readonly files: FileSet };

/** No tab removes what another one is writing. */
const locked = <T>(id: string, work: () => Promise<T>): Promise<T> => withLock(`aquatint-keep-${id}`, work);

/**
 * Keeps files: the permission to read them, or else a copy in the browser's store. Each piece is hashed.
 * @throws AquatintError "studio/disk-full" or "file/changed", or the signal's reason.
 */
export const keepFiles = (item: KeptItem, options: KeepOptions): Promise<KeptRecord> =>
  locked(item.id, async () => {
    try {
      const { files: set, ...rest } = item;
      const files = await writtenFiles(item, options);
      const record: KeptRecord = { ...rest, files, isFolder: set.isFolder, handle: options.handle };
      await putRecord(record);
      return record;
    } catch (error) {
      await removeFiles(item.id);
      throw error instanceof DOMException && error.name === "QuotaExceededError" ? diskFull(item.name) : error;
    }
  });

async function writtenFiles({ id, files: set }: KeptItem, options: KeepOptions): Promise<readonly KeptFile[]> {
  const folder = options.handle || options.isPlaced ? undefined : await folderFor(id);
  const files: KeptFile[] = [];
  let done = 0;
  for (const [i, [path, file]] of [...set.files].entries()) {
    const writer = await (await folder?.getFileHandle(String(i), { create: true }))?.createWritable();
    const pieces: string[] = [];
    try {
      for (let at = 0; at < file.size; at += PIECE) {
        options.signal?.throwIfAborted();
        const bytes = await pieceOf(file, at, path);
        pieces.push(await sha256(bytes));
        await writer?.write(bytes);
        done += bytes.byteLength;
        options.onProgress(done);
      }
    } catch (error) {
      await writer?.abort().catch(() => {}); // a full disk has ended it
      throw error;
    }
    await writer?.close();
    files.push({ path, size: file.size, lastModified: file.lastModified, pieces });
  }
  return files;
}

const pieceOf = (file: Blob, at: number, path: string): Promise<ArrayBuffer> =>
  file
    .slice(at, at + PIECE)
    .arrayBuffer()
    .catch((cause: unknown) => {
      throw new AquatintError("file/changed", `${path} cannot be read anymore: it was changed, moved or deleted`, {
        hint: "open the file again",
        cause,
      });
    });

const diskFull = (name: string) =>
  new AquatintError("studio/disk-full", `the browser's store has no room for ${name}`, {
    hint: "remove other files, or free space on the disk",
  });

const noStore = () =>
  new AquatintError(
    "studio/no-store",
    "this browser keeps no files for this page, so the model stays until it is closed",
    {
      hint: "open the page with https, or from localhost",
    },
  );

async function folderFor(id: string, create = true): Promise<FileSystemDirectoryHandle> {
  const storage = navigator.storage as StorageManager | undefined;
  if (!storage?.getDirectory) throw noStore();
  const root = await storage.getDirectory();
  return (await root.getDirectoryHandle(FOLDER, { create })).getDirectoryHandle(id, { create });
}

/** Removes what was kept of an item, once nothing writes it any more. */
export const forgetFiles = (id: string): Promise<void> => locked(id, () => removeFiles(id));

/** Removes what a page that was closed left of a copy: folders of no item, and of nothing that `isPending`. */
export async function sweepFiles(isPending: (id: string) => boolean): Promise<void> {
  const root = await navigator.storage?.getDirectory?.().catch(() => undefined);
  const models = await root?.getDirectoryHandle(FOLDER).catch(() => undefined);
  for await (const { name: id } of models?.values() ?? []) {
    await locked(id, async () => {
      if (isPending(id)) return; // the record comes before it ends
      const record = await database().then((db) => db.get("items", id));
      if (!record) await removeFiles(id);
    }).catch(() => {}); // the next visit tries again
  }
}

async function removeFiles(id: string): Promise<void> {
  await database()
    .then((db) => db.delete("items", id))
    .catch(() => {}); // where the browser keeps nothing, there is no record
  const root = await navigator.storage?.getDirectory?.().catch(() => undefined);
  const models = await root?.getDirectoryHandle(FOLDER).catch(() => undefined);
  await models?.removeEntry(id, { recursive: true }).catch(() => {}); // a permission has no copy
}

type Permitted = FileSystemHandle & {
  queryPermission?(): Promise<PermissionState>;
  requestPermission?(): Promise<PermissionState>;
};

/** The files of a record; undefined where the browser must ask first, which it does in the answer to a press. */
export async function filesOf(record: KeptRecord, { ask = false } = {}): Promise<FileSet | undefined> {
  const handle = record.handle as Permitted | undefined;
  if (!handle) return copyOf(record);
  const state = ask ? await handle.requestPermission?.() : await handle.queryPermission?.();
  return state === "granted" ? { ...(await setOfHandle(handle)), name: record.name } : undefined;
}

/** The files of a record that lie in the browser's store. */
export async function copyOf({ id, name, isFolder, files }: CopiedFiles): Promise<FileSet> {
  const folder = await folderFor(id, false);
  const copies = files.map(async ({ path, lastModified }, i) => {
    const copy = await (await folder.getFileHandle(String(i))).getFile();
    return [
      path,
      new File([copy], path.split("/").at(-1) ?? path, { lastModified: lastModified ?? Date.now() }),
    ] as const;
  });
  return { name, isFolder, files: new Map(await Promise.all(copies)) };
}

/** Checks files against what was kept of them, each piece by its hash. @throws AquatintError "studio/changed". */
export async function verifyFiles(record: KeptRecord, set: FileSet): Promise<void> {
  for (const { path, size, pieces } of record.files) {
    const file = set.files.get(path);
    const isSame = file?.size === size;
    for (const [i, hash] of pieces.entries()) {
      if (isSame && (await isIntact(await pieceOf(file, i * PIECE, path), hash))) continue;
      const name = path === record.name ? path : `${path} of ${record.name}`;
      throw new AquatintError("studio/changed", `${name} is not the file that was kept`, {
        hint: "remove it from the list, and drop the file again",
      });
    }
  }
}
