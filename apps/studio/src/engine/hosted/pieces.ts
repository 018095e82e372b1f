import { AquatintError } from "aquatint";
import { openDB } from "idb";

/** Pieces of model files by their hash, and manifests by their address, kept from one visit to the next. */
export interface PieceStore {
  get(hash: string): Promise<Blob | undefined>;
  put(hash: string, piece: Blob): Promise<void>;
  remove(hash: string): Promise<void>;
  /** Whether the next visit finds what this one puts there. */
  readonly isLasting: boolean;
}

/** A store that forgets with the page, for browsers that keep nothing. */
export function memoryPieces(): PieceStore {
  const pieces = new Map<string, Blob>();
  return {
    get: async (hash) => pieces.get(hash),
    put: async (hash, piece) => void pieces.set(hash, piece),
    remove: async (hash) => void pieces.delete(hash),
    isLasting: false,
  };
}

/** The browser's own store; one in memory where it refuses, as in some private windows. */
export async function browserPieces(): Promise<PieceStore> {
  try {
    const database = await openDB("aquatint-models", 1, { upgrade: (db) => void db.createObjectStore("pieces") });
    return {
      get: (hash) => database.get("pieces", hash),
      put: async (hash, piece) => void (await database.put("pieces", piece, hash)),
      remove: (hash) => database.delete("pieces", hash),
      isLasting: true,
    };
  } catch {
    return memoryPieces();
  }
}

/** SHA-256 in hexadecimal digits. */
export async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether bytes are what their hash says. */
export const isIntact = async (bytes: ArrayBuffer, hash: string): Promise<boolean> => (await sha256(bytes)) === hash;

/** The error of a file that the host does not serve as its manifest says. */
export const damagedFile = (path: string): AquatintError =>
  new AquatintError("studio/damaged", `${path} of the model is not the file that the page expects`, {
    hint: "reload the page; if it stays, the host serves another or an incomplete model",
  });
