import { isFinal, type Job, shareOf } from "../jobs/types.ts";
import type { Database } from "./database.ts";
import type { JobFeed } from "./feed.ts";
import { readJob, readJobs, readUnfinished, workAhead } from "./rows.ts";

/** What must end before a job starts: waiting jobs, and the units of those and of what runs. */
export interface WorkAhead {
  readonly jobs: number;
  readonly units: number;
}

/** Reads jobs for those who poll them. */
export interface JobReader {
  /** A job by its id; undefined where there is none. */
  read(id: string): Promise<Job | undefined>;
  /** What must end before a job starts. */
  ahead(job: Job): Promise<WorkAhead>;
}

/** Reads from memory where no other process changes the database, else from the database. */
export const jobReader = async (database: Database, feed: JobFeed): Promise<JobReader> =>
  database.shared ? databaseReader(database) : memoryReader(database, feed);

const databaseReader = (database: Database): JobReader => ({
  read: (id) => readJob(database, id),
  ahead: (job) => workAhead(database, job),
});

/** Keeps every job that waits or runs; a job that the feed names is read again before it is given. */
async function memoryReader(database: Database, feed: JobFeed): Promise<JobReader> {
  const { unfinished, ended, keep } = jobStore();
  const refresh = batched(async (ids) => {
    const rows = new Map((await readJobs(database, ids)).map((job) => [job.id, job]));
    for (const id of ids) keep(id, rows.get(id));
  });
  feed.each((id) => void refresh.add(id).catch(() => {})); // who reads it next tries again
  for (const job of await readUnfinished(database)) keep(job.id, job);
  return {
    async read(id) {
      const isKept = unfinished.has(id) || ended.has(id);
      if (!isKept || refresh.has(id)) await refresh.add(id);
      return unfinished.get(id) ?? ended.get(id);
    },
    ahead: async (job) => aheadOf(job, unfinished.values()),
  };
}

/** Ended jobs that are kept. */
const MAX_ENDED = 1000;

function jobStore() {
  const unfinished = new Map<string, Job>();
  const ended = new Map<string, Job>();
  return {
    unfinished,
    ended,
    keep(id: string, job: Job | undefined): void {
      unfinished.delete(id);
      ended.delete(id);
      if (job) (isFinal(job.state) ? ended : unfinished).set(id, job);
      const [oldest] = ended.keys();
      if (ended.size > MAX_ENDED && oldest !== undefined) ended.delete(oldest);
    },
  };
}

/** Collects keys while a call is under way, and handles them together in the next; those of a failed call stay. */
function batched(handle: (keys: readonly string[]) => Promise<void>) {
  const waiting = new Set<string>();
  const current = new Set<string>();
  let calls: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const call = async (): Promise<void> => {
    next = undefined;
    const keys = [...waiting];
    waiting.clear();
    for (const key of keys) current.add(key);
    try {
      await handle(keys);
    } catch (error) {
      for (const key of keys) waiting.add(key);
      throw error;
    } finally {
      current.clear();
    }
  };
  return {
    has: (key: string): boolean => waiting.has(key) || current.has(key),
    /** Resolves after a call with this key that starts later than now. */
    add(key: string): Promise<void> {
      waiting.add(key);
      if (!next) {
        next = calls.then(call);
        calls = next.catch(() => {});
      }
      return next;
    },
  };
}

function aheadOf({ id, turn, createdAt }: Job, jobs: Iterable<Job>): WorkAhead {
  let [count, units] = [0, 0];
  for (const job of jobs) {
    if (job.state === "running") units += job.units * (1 - (job.progress ? shareOf(job.progress) : 0));
    else if (job.id !== id && (job.turn < turn || (job.turn === turn && job.createdAt < createdAt))) {
      count++;
      units += job.units;
    }
  }
  return { jobs: count, units };
}
