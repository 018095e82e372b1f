import type { JobFeed } from "../feed.ts";
import type { JobLeases } from "../leases.ts";
import type { MemoryReader } from "./reader.ts";

interface MemoryLeaseOptions {
  readonly reader: MemoryReader;
  readonly feed: JobFeed;
  readonly leaseSeconds: number;
}

interface Renewal {
  readonly lease: string;
  readonly attempts: number;
  /** When it was. */
  readonly at: number;
}

/** Renewals in the time of a lease. */
const RENEWALS_A_LEASE = 4;

/**
 * Leases whose reports change memory alone, but where a lease is due or the owner wants the job's end: a report a step would
 * keep the database from what it has to keep.
 */
export function memoryLeases(leases: JobLeases, { reader, feed, leaseSeconds }: MemoryLeaseOptions): JobLeases {
  const renewals = new Map<string, Renewal>();
  return {
    async take(worker) {
      const job = await leases.take(worker);
      if (job) renewals.set(job.id, { lease: job.lease, attempts: job.attempts, at: Date.now() });
      return job;
    },
    async report(report) {
      const { id, lease, progress, preview, memory } = report;
      const renewal = renewals.get(id);
      if (renewal?.lease === lease) {
        if (progress) reader.report(id, { attempts: renewal.attempts, progress, preview });
        feed.wake(id);
        const isDue = Date.now() - renewal.at >= (1000 * leaseSeconds) / RENEWALS_A_LEASE;
        if (!isDue && reader.running(id)?.stop === null) return { lost: false, stop: null };
      }
      const answer = await leases.report({ id, lease, progress, memory });
      if (renewal?.lease === lease && !answer.lost) renewals.set(id, { ...renewal, at: Date.now() });
      return answer;
    },
    async finish(end) {
      const isFirst = await leases.finish(end);
      renewals.delete(end.id);
      return isFirst;
    },
    async giveBack(job) {
      await leases.giveBack(job);
      renewals.delete(job.id);
    },
  };
}
