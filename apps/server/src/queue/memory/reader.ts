import { isFinal, type Job, type JobProgress } from "../../jobs/types.ts";
import type { Database } from "../database.ts";
import type { JobFeed } from "../feed.ts";
import { type JobReader, workAheadIn } from "../reader.ts";
import { readJobs, readUnfinished } from "../rows.ts";
import { batched } from "./batched.ts";

/** News of a run that the database need not have. */
export interface RunNews {
  readonly progress: JobProgress;
  /** A PNG file; the one before stays where there is none. */
  readonly preview?: Uint8Array | undefined;
  /** Which run of the job it is. */
  readonly attempts: number;
}

/** Jobs in memory, for a database that no other process changes. */
export interface MemoryReader extends JobReader {
  /** A running job as it is in memory; undefined while it is read again. */
  running(id: string): Job | undefined;
  /** Keeps news of the run of a job as long as it goes on. */
  report(id: string, news: RunNews): void;
}

/** Keeps every job that waits or runs; a job that the feed names is read again before it is given. */
export async function memoryReader(database: Database, feed: JobFeed): Promise<MemoryReader> {
  const store = jobStore();
  const refresh = batched(async (ids) => {
    const rows = new Map((await readJobs(database, ids)).map((job) => [job.id, job]));
    for (const id of ids) store.keep(id, rows.get(id));
  });
  const readAgain = (id: string): void => void refresh.add(id).catch(() => {}); // who reads it next tries again
  const load = async (): Promise<void> => {
    for (const job of await readUnfinished(database)) if (!refresh.has(job.id)) store.keep(job.id, job);
  };
  feed.each(readAgain, () => {
    for (const id of store.unfinished.keys()) readAgain(id);
    void load().catch(() => {}); // it ended again, and tells of that gap
  });
  await load();
  return {
    async read(id) {
      if (!store.has(id) || refresh.has(id)) await refresh.add(id);
      return store.get(id);
    },
    async active(owner) {
      await refresh.settled();
      const jobs = [...store.unfinished.values()].filter((job) => job.owner === owner);
      return jobs.map(store.withNews).toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
    },
    ahead: async (job) => workAheadIn(Array.from(store.unfinished.values(), store.withNews), job),
    preview: async (id) => store.previewOf(id),
    running(id) {
      const job = refresh.has(id) ? undefined : store.unfinished.get(id);
      return job?.state === "running" ? job : undefined;
    },
    report: store.report,
  };
}

/** Ended jobs that are kept. */
const MAX_ENDED = 1000;

/** News of runs by job; those of an earlier run of a job count for nothing. */
function runNews() {
  const runs = new Map<string, RunNews>();
  const of = ({ id, attempts }: Pick<Job, "id" | "attempts">): RunNews | undefined => {
    const news = runs.get(id);
    return news?.attempts === attempts ? news : undefined;
  };
  return {
    of,
    report(id: string, { attempts, progress, preview }: RunNews): void {
      runs.set(id, { attempts, progress, preview: preview ?? of({ id, attempts })?.preview });
    },
    forget: (id: string): boolean => runs.delete(id),
  };
}

function jobStore() {
  const unfinished = new Map<string, Job>();
  const ended = new Map<string, Job>();
  const news = runNews();
  const withNews = (job: Job): Job => {
    const run = job.state === "running" ? news.of(job) : undefined;
    return run ? { ...job, progress: run.progress } : job;
  };
  return {
    unfinished,
    withNews,
    report: news.report,
    has: (id: string): boolean => unfinished.has(id) || ended.has(id),
    get(id: string): Job | undefined {
      const job = unfinished.get(id);
      return job ? withNews(job) : ended.get(id);
    },
    previewOf(id: string): Uint8Array | undefined {
      const job = unfinished.get(id);
      return job && news.of(job)?.preview;
    },
    keep(id: string, job: Job | undefined): void {
      unfinished.delete(id);
      ended.delete(id);
      if (job?.state !== "running") news.forget(id);
      if (job) (isFinal(job.state) ? ended : unfinished).set(id, job);
      const [oldest] = ended.keys();
      if (ended.size > MAX_ENDED && oldest !== undefined) ended.delete(oldest);
    },
  };
}
