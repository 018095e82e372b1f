import type { AquatintError } from "../errors.ts";
import type { Batch, DatasetReport, LatentFacts } from "./dataset.ts";
import type { BatchRequest } from "./prefetch.ts";

/** What a worker is asked for; `id` comes back with the answer. */
export type PrefetchRequest = { readonly id: number } & (
  | { readonly open: unknown; readonly cacheFolder: string | undefined }
  | { readonly batch: BatchRequest }
);

/** What a dataset says of itself. */
export interface DatasetFacts {
  readonly name: string;
  readonly size: readonly [height: number, width: number];
  readonly captions: readonly string[];
  readonly latents?: LatentFacts;
  readonly report?: DatasetReport;
  readonly group?: number;
  /** What its truths may call the things to be seen, where they name and place them. */
  readonly names?: readonly string[];
}

/** A worker's answer. */
export type PrefetchAnswer = { readonly id: number } & (
  | { readonly facts: DatasetFacts }
  | { readonly batch: Batch<unknown> }
  | {
      readonly failure: {
        readonly code: AquatintError["code"];
        readonly message: string;
        readonly hint: string | undefined;
      };
    }
);
