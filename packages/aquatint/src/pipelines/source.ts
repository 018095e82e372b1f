import { AquatintError } from "../errors.ts";

/** A model folder, wherever it is: on a disk, behind a URL, in memory. */
export interface ModelSource {
  /** For messages: the folder's path or address. */
  readonly name: string;
  /** A file's bytes by its path in the folder. @throws AquatintError "file/missing" where there is none. */
  read(path: string): Promise<Uint8Array>;
}

/** A folder whose files are in memory, by their paths in it. */
export const memorySource = (files: ReadonlyMap<string, Uint8Array | string>, name = "memory"): ModelSource => ({
  name,
  async read(path) {
    const file = files.get(path);
    if (file === undefined) {
      throw new AquatintError("file/missing", `there is no ${path} in ${name}`, {
        hint: `it holds ${[...files.keys()].join(", ")}`,
      });
    }
    return typeof file === "string" ? new TextEncoder().encode(file) : file;
  },
});
