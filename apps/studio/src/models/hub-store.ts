import type { AquatintError } from "aquatint";
import type { HubListing } from "../hub/protocol.ts";
import { createStore } from "../state/store.ts";

/** Fetching a model from the hub, step by step. */
export interface HubState {
  readonly isOpen: boolean;
  readonly status: "idle" | "listing" | "listed" | "fetching";
  /** What the hub has for the name; nothing of it is fetched yet while "listed". */
  readonly listing: HubListing | undefined;
  /** Bytes that are there, and the file that is being fetched. */
  readonly done: number;
  readonly path: string | undefined;
  readonly error: AquatintError | undefined;
}

/** The state of the window that fetches from the hub. */
export const hubStore = createStore<HubState>({
  ...{ isOpen: false, status: "idle", listing: undefined, done: 0, path: undefined, error: undefined },
});
