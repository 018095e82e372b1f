import type { AquatintError } from "../errors.ts";
import type { Batch, ClipFacts, DatasetReport, LatentFacts } from "./dataset.ts";
import type { BatchRequest } from "./prefetch.ts";

/** Request to a worker; `id` comes back with the answer. */
export type PrefetchRequest = { readonly id: number } & (
  | { readonly open: unknown; readonly cacheFolder: string | undefined }
  | { readonly batch: BatchRequest }
);

/** Facts of a dataset. */
export interface DatasetFacts {
  readonly name: string;
  readonly size: readonly [height: number, width: number];
  readonly captions: readonly string[];
  readonly latents?: LatentFacts;
  readonly clip?: ClipFacts;
  readonly report?: DatasetReport;
  readonly group?: number;
  /** Names of things in its truths, where they name and place them. */
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
