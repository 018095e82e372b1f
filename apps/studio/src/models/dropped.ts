import { AquatintError } from "aquatint";
import { type FileSet, folderOf, singleFile } from "../model-files/file-set.ts";
import { isWeightsFile } from "./names.ts";

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

/** Whether something of a drop is a folder or weights, and no image. */
const isModel = (item: DataTransferItem): boolean =>
  item.kind === "file" &&
  (item.webkitGetAsEntry()?.isDirectory || isWeightsFile({ name: item.getAsFile()?.name ?? "", type: item.type }));

/** Whether a drop holds weights or a folder, rather than images alone. Read while the event is at hand. */
export const holdsModels = (items: DataTransferItemList | undefined): boolean => Array.from(items ?? []).some(isModel);

/** The weights and folders of a drop. What the browser gives only during the event is taken at once. @throws AquatintError "studio/folder". */
export function droppedSets(items: DataTransferItemList): Promise<readonly DroppedSet[]> {
  const entries = Array.from(items)
    .filter(isModel)
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile(), handle: handleOf(item) }));
  return Promise.all(
    entries.flatMap(async ({ entry, file, handle }) => {
      const permission = await handle;
      if (entry?.isDirectory) {
        const files = await filesBelow(asHandle(entry as FileSystemDirectoryEntry));
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

/** A file or a folder, of a drop or behind a permission. */
interface Entry {
  readonly kind: string;
  readonly name: string;
  getFile?(): Promise<File>;
  values?(): AsyncIterable<Entry>;
}

const asHandle = (entry: FileSystemEntry): Entry => ({
  ...{ name: entry.name, kind: entry.isDirectory ? "directory" : "file" },
  getFile: () => new Promise((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)),
  async *values() {
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    for (;;) {
      // a call gives at most a hundred
      const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
      if (entries.length === 0) return;
      yield* entries.map(asHandle);
    }
  },
});

/** Files below a folder by their paths, without those that cannot be read, as links to nowhere. */
async function filesBelow(folder: Entry, path = "", into = new Map<string, File>()): Promise<Map<string, File>> {
  for await (const entry of folder.values?.() ?? []) {
    if (entry.kind === "directory") await filesBelow(entry, `${path}${entry.name}/`, into);
    else
      await entry.getFile?.().then(
        (file) => into.set(path + entry.name, file),
        () => {},
      );
    if (into.size > MAX_FILES) throw tooMany(path.split("/")[0] || folder.name);
  }
  return into;
}

const tooMany = (name: string) =>
  new AquatintError("studio/folder", `${name} holds more than ${MAX_FILES} files`, {
    hint: "take the folder of one model, the one that holds model_index.json",
  });

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
    return folderOf(handle.name, await filesBelow(handle as FileSystemDirectoryHandle));
  } catch (cause) {
    if (!(cause instanceof DOMException) || cause.name !== "NotFoundError") throw cause;
    throw new AquatintError("file/gone", `${handle.name} is not where it was: it was moved, renamed or deleted`, {
      hint: "remove it from the list, and open it from its present place",
      cause,
    });
  }
}
