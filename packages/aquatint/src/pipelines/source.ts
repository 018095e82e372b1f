/** A model folder, wherever it is: on a disk, behind a URL, in memory. */
export interface ModelSource {
  /** For messages: the folder's path or address. */
  readonly name: string;
  /** A file's bytes by its path in the folder. @throws AquatintError "file/missing" where there is none. */
  read(path: string): Promise<Uint8Array>;
}
