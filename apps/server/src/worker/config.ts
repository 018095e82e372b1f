import type { KindContext } from "../jobs/kind.ts";
import type { CatalogOptions } from "../models/catalog.ts";
import type { StorageOptions } from "../storage/open.ts";

/** What a worker is started with; it goes to a child process as a message, so that no secret is in its command line. */
export interface WorkerConfig {
  readonly id: string;
  readonly models: CatalogOptions;
  readonly storage: StorageOptions;
  readonly engine: KindContext["engine"];
  readonly maxMemory?: number | undefined;
  readonly leaseSeconds: number;
  /** Seconds between reports of a job at least. */
  readonly newsSeconds: number;
  readonly drainSeconds: number;
}

/** Reports in the time of a lease, so that one that is late or lost ends none. */
const REPORTS_A_LEASE = 4;

/** Seconds between reports of a job. */
export const reportSeconds = ({ leaseSeconds }: Pick<WorkerConfig, "leaseSeconds">): number =>
  leaseSeconds / REPORTS_A_LEASE;
