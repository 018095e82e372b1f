import type { CatalogOptions } from "../../models/catalog.ts";
import type { KindContext } from "../kind.ts";
import type { StoredRequest } from "../types.ts";

/** An image of a request. */
export interface InputFile {
  /** Name of its field, for errors. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A request whose images are replaced by keys, and their files by key. */
export interface UncheckedJob {
  readonly kind: string;
  readonly request: StoredRequest;
  readonly files: ReadonlyMap<string, InputFile>;
}

/** What the thread of checks is asked. */
export type CheckRequest =
  | ({ readonly type: "prepare" } & UncheckedJob)
  /** The files that fit a model. */
  | { readonly type: "fitting"; readonly model: string };

/** What the thread of checks is started with. */
export interface CheckOptions {
  readonly models: CatalogOptions;
  readonly engine: KindContext["engine"];
  /** Pixels of an image in a request at most. */
  readonly maxInputPixels: number;
}
