import type { Job } from "../jobs/types.ts";
import type { Sql } from "./database.ts";
import { listJobs, readJob, readPreview, workAhead } from "./rows.ts";

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

/** Asks the database each time, which other processes change as well. */
export const databaseReader = (sql: Sql): JobReader => ({
  read: (id) => readJob(sql, id),
  async active(owner) {
    const jobs = await listJobs(sql, { owner, states: ["queued", "running"], limit: MAX_ACTIVE });
    return jobs.toReversed();
  },
  ahead: (job) => workAhead(sql, job),
  preview: (id) => readPreview(sql, id),
});
