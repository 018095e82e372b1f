import type { FileSink } from "./fetch-file.ts";

/** What TypeScript's library for pages lacks of a worker's file. */
interface SyncFile {
  getSize(): number;
  read(buffer: Uint8Array, options: { readonly at: number }): number;
  write(buffer: Uint8Array, options: { readonly at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

type WorkerFile = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncFile> };

/** The folder of the browser's store in which the files of a model lie, numbered. */
export async function modelFolder(
  id: string,
  { create }: { readonly create: boolean },
): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return (await root.getDirectoryHandle("models", { create })).getDirectoryHandle(id, { create });
}

/** A file of a folder, to be written from a worker; what was written stays where the worker ends. */
export async function openSink(folder: FileSystemDirectoryHandle, name: string): Promise<FileSink & Disposable> {
  const file = await ((await folder.getFileHandle(name, { create: true })) as WorkerFile).createSyncAccessHandle();
  return {
    size: () => file.getSize(),
    read(offset, length) {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, file.read(bytes, { at: offset }));
    },
    write: (bytes, offset) => void file.write(bytes, { at: offset }),
    truncate: (size) => file.truncate(size),
    [Symbol.dispose]() {
      file.flush();
      file.close();
    },
  };
}
