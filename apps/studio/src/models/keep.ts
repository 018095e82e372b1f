import { sayError } from "../engine/engine-store.ts";
import type { FileSet } from "../model-files/file-set.ts";
import { createStore } from "../state/store.ts";
import { dropPending, pendingFetches } from "./hub-pending.ts";
import {
  filesOf,
  forgetFiles,
  type KeptRecord,
  keepFiles,
  keptRecords,
  marksOf,
  putRecord,
  sweepFiles,
  verifyFiles,
} from "./kept-files.ts";
import {
  itemOf,
  judge,
  type LibraryItem,
  libraryStore,
  putItem,
  removeItem,
  setNoteHash,
  setReopen,
} from "./library.ts";

/** Copies that are being made: bytes by the item's id. */
export const keepingStore = createStore<Readonly<Record<string, number>>>({});

const records = new Map<string, KeptRecord>();
const handles = new Map<string, FileSystemHandle>();
const verified = new Set<string>();
const keepings = new Map<string, AbortController>();

/** Remembers the permission of a drop for as long as the page is open. */
export const rememberHandle = (id: string, handle: FileSystemHandle | undefined): void =>
  void (handle && handles.set(id, handle));

/** The item with these files, as far as the browser tells files apart: one of this visit, or one that an earlier visit kept. */
export function itemWith(files: FileSet): LibraryItem | undefined {
  const marks = marksOf(files.files);
  return libraryStore.get().items.find(({ id, files: present }) => {
    const source = records.get(id)?.files ?? present?.files;
    return source && marksOf(source) === marks;
  });
}

/** Lists what earlier visits kept. */
export async function openLibrary(): Promise<void> {
  for (const record of await keptRecords()) {
    records.set(record.id, record);
    const { id, name, report, hash, handle } = record;
    const files = await filesOf(record).catch(() => undefined);
    putItem({ ...{ id, name, report, hash, files }, storage: handle ? "handle" : "copy" });
  }
  void sweepFiles((id) => pendingFetches().some((fetch) => fetch.id === id));
  await judge().catch(() => {}); // the page shows why the engine does not open
}

setReopen(reopenItem);
setNoteHash(async ({ id, hash }) => {
  const record = records.get(id);
  if (!record) return; // kept later, with its hash
  records.set(id, { ...record, hash });
  await putRecord({ ...record, hash }).catch(() => {}); // the next visit computes it again
});

/** Keeps an item for the next visit: the permission to read it where the browser gave one, else a copy. */
export async function keepItem(item: LibraryItem, { isPlaced = false } = {}): Promise<void> {
  const { id, files } = item;
  if (!files || !itemOf(libraryStore.get(), id)) return;
  const handle = handles.get(id);
  const keeping = new AbortController();
  keepings.set(id, keeping);
  const { signal } = keeping;
  try {
    const onProgress = (bytes: number) => keepingStore.set((keeping) => ({ ...keeping, [id]: bytes }));
    onProgress(0);
    await navigator.storage?.persist?.(); // else the browser may delete the copy when the disk is full
    const { hash } = itemOf(libraryStore.get(), id) ?? item;
    records.set(id, await keepFiles({ ...item, hash, files }, { handle, isPlaced, onProgress, signal }));
    verified.add(id);
    if (isPlaced) dropPending(id);
    const present = itemOf(libraryStore.get(), id); // undefined where it was removed meanwhile
    if (present) putItem({ ...present, storage: handle ? "handle" : "copy" });
  } catch (error) {
    if (!signal.aborted) sayError(error);
  } finally {
    keepings.delete(id);
    keepingStore.set(({ [id]: _, ...keeping }) => keeping);
  }
}

/** Takes an item out of the page and of the browser's store; the visitor's own file stays. */
export async function forgetItem(id: string): Promise<void> {
  records.delete(id);
  keepings.get(id)?.abort();
  dropPending(id);
  await forgetFiles(id); // before the engine opens another model, which takes seconds in which the page may be closed
  await removeItem(id).catch(() => {}); // the engine says what went wrong
}

/** Makes a kept item readable: asks for permission where it must, and checks what was kept. @throws AquatintError. */
export async function reopenItem(id: string): Promise<boolean> {
  const [item, record] = [itemOf(libraryStore.get(), id), records.get(id)];
  if (!item || !record || verified.has(id)) return item?.files !== undefined;
  const files = item.files ?? (await filesOf(record, { ask: true }));
  if (!files) return false;
  await verifyFiles(record, files);
  verified.add(id);
  putItem({ ...item, files });
  return true;
}
