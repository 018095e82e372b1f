import { type Job, shareOf } from "../jobs/types.ts";
import type { Sql } from "./database.ts";
import { listJobs, type QueuedWork, readJob, readPreview, readWork } from "./rows.ts";

/** What must end before a job starts: waiting jobs, and the units of those and of what runs. */
export interface WorkAhead {
  readonly jobs: number;
  readonly units: number;
}

/** Reads jobs for those who poll them. */
export interface JobReader {
  /** A job by its id; undefined where there is none. */
  read(id: string): Promise<Job | undefined>;
  /** The jobs of an owner that wait or run, oldest first. */
  active(owner: string): Promise<readonly Job[]>;
  /** What must end before a job starts. */
  ahead(job: Job): Promise<WorkAhead>;
  /** The last preview of a running job, a PNG file. */
  preview(id: string): Promise<Uint8Array | undefined>;
}

/** Jobs of one owner that wait or run at most. */
const MAX_ACTIVE = 1000;

/** What must end before a job starts, of the jobs that wait or run. */
export function workAheadIn(jobs: Iterable<QueuedWork>, { id, turn, createdAt }: QueuedWork): WorkAhead {
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

/** Milliseconds that the line of jobs is taken to be as it was: everybody who waits asks for a place in it. */
const LINE_MS = 250;

/** The jobs that wait or run, read again where the last reading is old. */
function lineReader(sql: Sql): () => Promise<readonly QueuedWork[]> {
  let line: { readonly at: number; readonly jobs: Promise<readonly QueuedWork[]> } | undefined;
  return () => {
    if (line && Date.now() - line.at < LINE_MS) return line.jobs;
    const jobs = readWork(sql);
    const next = { at: Date.now(), jobs };
    line = next;
    jobs.catch(() => {
      if (line === next) line = undefined;
    });
    return jobs;
  };
}

/** Asks the database, which other processes change as well. */
export function databaseReader(sql: Sql): JobReader {
  const line = lineReader(sql);
  return {
    read: (id) => readJob(sql, id),
    async active(owner) {
      const jobs = await listJobs(sql, { owner, states: ["queued", "running"], limit: MAX_ACTIVE });
      return jobs.toReversed();
    },
    ahead: async (job) => workAheadIn(await line(), job),
    preview: (id) => readPreview(sql, id),
  };
}
