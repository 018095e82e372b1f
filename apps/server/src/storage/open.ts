import { folderStore } from "./folder.ts";
import { s3Store } from "./s3.ts";
import type { S3Options } from "./s3-client.ts";
import type { FileStore } from "./types.ts";

/** Where files are kept: a folder, or a bucket. */
export interface StorageOptions {
  readonly folder: string;
  readonly s3?: S3Options | undefined;
}

/** Opens the file store; whether it answers, `check` says. */
export const openStorage = async ({ folder, s3 }: StorageOptions): Promise<FileStore> =>
  s3 ? s3Store(s3) : folderStore(folder);
