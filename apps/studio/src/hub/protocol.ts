import type { HubFile } from "aquatint/hub";
import type { EngineFailure } from "../engine/failure.ts";
import type { HubRequest } from "./address.ts";

/** What the hub has for a request. */
export interface HubListing {
  readonly request: HubRequest;
  readonly commit: string;
  /** Folder of the browser's store, the same for the same files: what came of them is there. */
  readonly id: string;
  readonly name: string;
  readonly files: readonly HubFile[];
  /** Bytes of all files, and of them those that are in the browser's store already. */
  readonly bytes: number;
  readonly present: number;
}

/** Access to the hub. */
export interface HubAccess {
  readonly endpoint: string;
  /** Of an account, for models that are not given to everybody. It is sent to the hub alone. */
  readonly token?: string | undefined;
}

/** Calls of the worker, the only part of the page that connects to the hub. */
export type HubCall =
  | { readonly call: "list"; readonly access: HubAccess; readonly request: HubRequest }
  | { readonly call: "fetch"; readonly access: HubAccess; readonly listing: HubListing };

/** Messages to the worker. */
export type HubMessage = HubCall | { readonly call: "abort" };

/** Messages of the worker. */
export type HubAnswer =
  | { readonly done: number; readonly path: string }
  | { readonly listing: HubListing }
  | { readonly fetched: true }
  | { readonly failure: EngineFailure };
