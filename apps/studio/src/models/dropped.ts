import { AquatintError } from "aquatint";
import { type FileSet, folderOf, singleFile } from "../model-files/file-set.ts";
import { isWeightsName } from "./names.ts";

/** Files of a drop, with the permission to read each again on a later visit, where the browser gives one. */
export interface DroppedSet {
  readonly files: FileSet;
  readonly handle?: FileSystemHandle | undefined;
  /** Their folder in the browser's store, where they lie there already. */
  readonly placed?: string | undefined;
}

/** Most files that a dropped folder is read of. */
const MAX_FILES = 5000;

/** Sets of chosen files: of a folder picker, whose files have paths, or one for each file. */
export function chosenSets(files: readonly File[]): readonly DroppedSet[] {
  const [folder] = files[0]?.webkitRelativePath.split("/") ?? [];
  if (!folder) return files.map((file) => ({ files: singleFile(file) }));
  const paths = files.map((file) => [file.webkitRelativePath.slice(folder.length + 1), file] as const);
  return [{ files: folderOf(folder, new Map(paths)) }];
}

/** Whether a drop holds weights or a folder, rather than images alone. Read while the event is at hand. */
export const holdsModels = (items: DataTransferItemList | undefined): boolean =>
  Array.from(items ?? []).some(
    (item) =>
      item.kind === "file" && (item.webkitGetAsEntry()?.isDirectory || isWeightsName(item.getAsFile()?.name ?? "")),
  );

/** The files and folders of a drop. What the browser gives only during the event is taken at once. */
export function droppedSets(items: DataTransferItemList): Promise<readonly DroppedSet[]> {
  const entries = Array.from(items)
    .filter(({ kind }) => kind === "file")
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile(), handle: handleOf(item) }));
  return Promise.all(
    entries.flatMap(async ({ entry, file, handle }) => {
      const permission = await handle;
      if (entry?.isDirectory) {
        const files = new Map<string, File>();
        await readFolder(entry as FileSystemDirectoryEntry, "", files);
        return [{ files: folderOf(entry.name, files), handle: permission }];
      }
      return file ? [{ files: singleFile(file), handle: permission }] : [];
    }),
  ).then((sets) => sets.flat());
}

type WithHandle = DataTransferItem & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> };

/** The permission to read a dropped file again. Chromium has the call on pages over plain HTTP too, and ends a page there that makes it. */
async function handleOf(item: WithHandle): Promise<FileSystemHandle | undefined> {
  const handle = isSecureContext ? item.getAsFileSystemHandle?.() : undefined;
  return (await handle?.catch(() => undefined)) ?? undefined;
}

async function readFolder(folder: FileSystemDirectoryEntry, path: string, into: Map<string, File>): Promise<void> {
  const reader = folder.createReader();
  for (;;) {
    // a call gives at most a hundred
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return;
    for (const entry of entries) {
      if (into.size >= MAX_FILES) return;
      if (entry.isDirectory) await readFolder(entry as FileSystemDirectoryEntry, `${path}${entry.name}/`, into);
      else into.set(path + entry.name, await fileOf(entry as FileSystemFileEntry));
    }
  }
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

/** What browsers that give permissions to files have beside `<input>`. */
interface Pickers {
  showOpenFilePicker(options: { readonly multiple: boolean }): Promise<readonly FileSystemFileHandle[]>;
  showDirectoryPicker(): Promise<FileSystemDirectoryHandle>;
}

const pickers = (): Pickers => globalThis as unknown as Pickers;

/** Whether the browser's pickers give permissions that outlive the visit. */
export const hasPickers = (): boolean => "showOpenFilePicker" in globalThis && "showDirectoryPicker" in globalThis;

/** Lets the visitor choose files or a folder, with the permission to read them again; nothing where the visitor cancels. */
export async function pickedSets(kind: "files" | "folder"): Promise<readonly DroppedSet[]> {
  try {
    const handles =
      kind === "files"
        ? await pickers().showOpenFilePicker({ multiple: true })
        : [await pickers().showDirectoryPicker()];
    return await Promise.all(handles.map(async (handle) => ({ files: await setOfHandle(handle), handle })));
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return [];
    throw error;
  }
}

/** The files behind a permission. @throws AquatintError "file/gone" where they are not there any more. */
export async function setOfHandle(handle: FileSystemHandle): Promise<FileSet> {
  try {
    if (handle.kind === "file") return singleFile(await (handle as FileSystemFileHandle).getFile());
    const files = new Map<string, File>();
    await readHandle(handle as FileSystemDirectoryHandle, "", files);
    return folderOf(handle.name, files);
  } catch (cause) {
    if (!(cause instanceof DOMException) || cause.name !== "NotFoundError") throw cause;
    throw new AquatintError("file/gone", `${handle.name} is not where it was: it was moved, renamed or deleted`, {
      hint: "remove it from the list, and open it from its present place",
      cause,
    });
  }
}

async function readHandle(folder: FileSystemDirectoryHandle, path: string, into: Map<string, File>): Promise<void> {
  for await (const entry of folder.values()) {
    if (into.size >= MAX_FILES) return;
    if (entry.kind === "directory") await readHandle(entry, `${path}${entry.name}/`, into);
    else into.set(path + entry.name, await entry.getFile());
  }
}
