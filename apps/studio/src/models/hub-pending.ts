import type { HubListing } from "../hub/protocol.ts";
import { readLocal, writeLocal } from "../state/local.ts";

/** A model of which something is in the browser's store and that is not among the files yet. */
export type PendingFetch = Pick<HubListing, "id" | "request" | "name" | "bytes">;

const KEY = "aquatint-hub";

/** What was begun on this visit or an earlier one. */
export function pendingFetches(): readonly PendingFetch[] {
  try {
    return JSON.parse(readLocal(KEY) ?? "[]");
  } catch {
    return []; // another version wrote it
  }
}

const write = (list: readonly PendingFetch[]): void => writeLocal(KEY, JSON.stringify(list));
const without = (id: string): readonly PendingFetch[] => pendingFetches().filter((other) => other.id !== id);

/** Remembers a fetch until it is dropped. */
export const addPending = (fetch: PendingFetch): void => write([...without(fetch.id), fetch]);

/** Forgets a fetch that is among the files, or deleted. */
export const dropPending = (id: string): void => write(without(id));
