import { AquatintError } from "aquatint";

/** Where the bytes of images and other files lie. A key is a job's id, a slash, and a name. */
export interface FileStore {
  put(key: string, bytes: Uint8Array, type: string): Promise<void>;
  /** Undefined where there is no such file. */
  get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Removes every file of a job. */
  removeJob(id: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** Throws where files cannot be kept now. */
  check(): Promise<void>;
}

/** Tells whether a text is a key that stores take: none leads out of a store. */
export const isKey = (key: string): boolean => /^[0-9a-f-]{36}\/[\w][\w.-]{0,80}$/.test(key);

/** The key, where it is one. @throws AquatintError "storage/key". */
export function checkKey(key: string): string {
  if (isKey(key)) return key;
  throw new AquatintError("storage/key", `"${key}" is no key of a file`, { hint: "give a key that the server made" });
}

/** True for the failure of a store that may answer soon. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof AquatintError && error.code === "storage/unavailable";
