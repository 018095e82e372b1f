import { createHash, randomUUID } from "node:crypto";
import { AquatintError } from "aquatint";
import type { ModelCatalog } from "../models/catalog.ts";
import type { Boss } from "../queue/boss.ts";
import type { Database } from "../queue/database.ts";
import { type FavoriteMark, markFile } from "../queue/favorites.ts";
import type { JobFeed } from "../queue/feed.ts";
import type { JobReader } from "../queue/reader.ts";
import { removeJob } from "../queue/remove.ts";
import { type JobFilter, listJobs } from "../queue/rows.ts";
import { stopJob } from "../queue/stop.ts";
import { earlierJob, type QueueLimits, submitJob } from "../queue/submit.ts";
import type { FileStore } from "../storage/types.ts";
import { checkBudget, type JobBudget, unitsOf } from "./budget.ts";
import type { ModelChecks } from "./checks/checks.ts";
import { RetryLater } from "./errors.ts";
import { estimateStart, type StartEstimate } from "./estimate.ts";
import { requestInputs } from "./inputs.ts";
import type { JobKind } from "./kind.ts";
import { newSeed } from "./request-files.ts";
import {
  filesOf,
  isFinal,
  type Job,
  type JobFile,
  type StopRequest,
  type StoredRequest,
  type SubmissionNames,
} from "./types.ts";

/** A request for a job, parsed by the kind's schema. */
export interface JobRequest extends Pick<Job, "owner" | "surface" | "request">, SubmissionNames {
  readonly kind: JobKind;
}

/** A job with what is known of its way. */
export interface JobUpdate {
  readonly job: Job;
  /** Where it waits: jobs before it and the time until it starts and is done. */
  readonly estimate: StartEstimate | undefined;
}

/** Jobs, as every surface sees them: each call names the owner, who sees only their own. */
export interface JobService {
  /** Checks a request and adds it to the queue. @throws AquatintError, RetryLater where the queue is full. */
  submit(request: JobRequest): Promise<Job>;
  /** @throws AquatintError "job/unknown". */
  get(owner: string, id: string): Promise<JobUpdate>;
  list(filter: JobFilter): Promise<readonly Job[]>;
  /** The jobs of an owner that wait or run, oldest first. */
  active(owner: string): Promise<readonly Job[]>;
  /** Stops a job; false where it had ended. */
  stop(owner: string, id: string, stop: StopRequest): Promise<boolean>;
  /** Marks a file of a job as a favorite or not. @throws AquatintError "job/unknown", "job/file", "job/favorites". */
  mark(owner: string, id: string, mark: FavoriteMark): Promise<void>;
  /** Removes a job that has ended, with its files. @throws AquatintError "job/unknown", "job/unfinished". */
  remove(owner: string, id: string): Promise<void>;
  /** The job now and after each change, until its end. */
  watch(owner: string, id: string, signal?: AbortSignal): AsyncGenerator<JobUpdate, void, void>;
  /** The job when it has ended. */
  end(owner: string, id: string, signal?: AbortSignal): Promise<Job>;
  /** The last preview of a running job, a PNG file. */
  preview(owner: string, id: string): Promise<Uint8Array | undefined>;
  /** The bytes of a file of a job. @throws AquatintError "job/file". */
  file(owner: string, id: string, index: number): Promise<JobFile & { readonly bytes: Uint8Array<ArrayBuffer> }>;
}

/** What jobs are kept with. */
export interface JobServiceOptions {
  readonly database: Database;
  readonly boss: Boss;
  readonly feed: JobFeed;
  readonly reader: JobReader;
  readonly store: FileStore;
  readonly models: ModelCatalog;
  readonly limits: QueueLimits & JobBudget;
  readonly checks: ModelChecks;
}

/** Milliseconds after which a waiting job's place is read again. */
const PLACE_INTERVAL = 1000;
/** Times in a row that the database may fail while a job is watched: it may start again meanwhile. */
const MAX_FAILURES = 60;

/** The one service behind all surfaces. */
export function jobService(options: JobServiceOptions): JobService {
  const { database, feed, reader, models } = options;
  const ownJob = async (owner: string, id: string): Promise<Job> => {
    const job = isId(id) ? await reader.read(id) : undefined;
    if (job?.result) models.remember(job.model, job.result.modelHash, job.startedAt ?? job.createdAt);
    if (job?.owner === owner) return job;
    throw new AquatintError("job/unknown", `there is no job "${id}"`, {
      hint: "jobs are forgotten some time after their end",
    });
  };
  const get = async (owner: string, id: string): Promise<JobUpdate> => {
    const job = await ownJob(owner, id);
    return { job, estimate: isFinal(job.state) ? undefined : await estimateStart(options, job) };
  };
  const watch: JobService["watch"] = (owner, id, signal) => watchJob(feed, { get: () => get(owner, id), id, signal });
  return {
    submit: (request) => submit(request, options),
    get,
    list: (filter) => listJobs(database, filter),
    active: (owner) => reader.active(owner),
    stop: async (owner, id, stop) => {
      await ownJob(owner, id);
      return stopJob(options, { id, owner, stop });
    },
    watch,
    end: (owner, id, signal) => lastOf(watch(owner, id, signal)),
    async preview(owner, id) {
      await ownJob(owner, id);
      return reader.preview(id);
    },
    ...endedJobs(options, ownJob),
  };
}

/** What can be done with jobs that have ended, of which `read` gives those of an owner. */
function endedJobs(
  { database, store }: JobServiceOptions,
  read: (owner: string, id: string) => Promise<Job>,
): Pick<JobService, "mark" | "remove" | "file"> {
  return {
    async mark(owner, id, { index, favorite }) {
      fileOf(await read(owner, id), index);
      await markFile(database, { owner, id, index, favorite });
    },
    async remove(owner, id) {
      const { state } = await read(owner, id);
      if (!isFinal(state)) throw unfinished(id);
      await store.removeJob(id);
      await removeJob(database, id);
    },
    async file(owner, id, index) {
      const file = fileOf(await read(owner, id), index);
      const bytes = await store.get(file.key);
      if (bytes) return { ...file, bytes };
      throw new AquatintError("job/file", `file ${index} of the job is not in the file store any more`, {
        hint: "ask the operator: files go with their jobs, and this one was removed otherwise",
      });
    },
  };
}

const unfinished = (id: string) =>
  new AquatintError("job/unfinished", `the job ${id} waits or runs`, { hint: "cancel it first" });

/** A file of a job's result. @throws AquatintError "job/file". */
function fileOf(job: Job, index: number): JobFile {
  const files = filesOf(job);
  const file = files[index];
  if (file) return file;
  throw new AquatintError("job/file", `the job has no file ${index}: it has ${files.length}`, { hint: "count from 0" });
}

async function lastOf(updates: AsyncGenerator<JobUpdate, void, void>): Promise<Job> {
  for await (const { job } of updates) if (isFinal(job.state)) return job;
  throw new AquatintError("job/left", "the caller left before the job ended", { hint: "ask for the job again" });
}

/** Tells whether another try would fail as well: the database is no reason, it may start again. */
const isLasting = (error: unknown): boolean => error instanceof AquatintError && error.code !== "server/database";

interface WatchOptions {
  readonly id: string;
  readonly get: () => Promise<JobUpdate>;
  readonly signal: AbortSignal | undefined;
}

/** A job now and after each change, until its end. */
async function* watchJob(feed: JobFeed, { id, get, signal }: WatchOptions): AsyncGenerator<JobUpdate, void, void> {
  const changes = feed.watch(id);
  try {
    for (let failures = 0; ; ) {
      const update = await get().catch((error: unknown) => {
        if (isLasting(error) || ++failures > MAX_FAILURES) throw error;
      });
      if (!update) {
        await changes.next(PLACE_INTERVAL, signal);
        continue;
      }
      failures = 0;
      yield update;
      if (isFinal(update.job.state) || signal?.aborted) return;
      await changes.next(PLACE_INTERVAL, signal);
    }
  } finally {
    changes.stop();
  }
}

/** Tells whether a text is a job's id. */
export const isId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

async function submit(
  { owner, surface, kind, request, idempotencyKey, task }: JobRequest,
  options: JobServiceOptions,
): Promise<Job> {
  const { database, store, limits, checks } = options;
  const requestHash = createHash("sha256")
    .update(JSON.stringify([kind.name, request]))
    .digest("hex");
  const earlier = await earlierJob(database, { owner, idempotencyKey });
  if (earlier) return sameJob(earlier, requestHash);
  const id = randomUUID();
  const inputs = requestInputs(
    { ...request, ...("seed" in kind.schema.shape && { seed: request["seed"] ?? newSeed() }) },
    { id, paths: kind.images },
  );
  const { work, queue, limited } = await checks.prepare({ kind: kind.name, ...inputs });
  checkBudget(work, limits);
  for (const [key, { bytes }] of inputs.files) await store.put(key, bytes, "application/octet-stream");
  const submission = await submitJob(options, {
    ...{ id, owner, surface, kind: kind.name, model: queue, limited, units: unitsOf(work) },
    ...{ request: modelNamed(inputs.request, kind, queue), requestHash, idempotencyKey, task },
  });
  if (submission.type !== "added" && inputs.files.size > 0) await store.removeJob(id);
  if (submission.type === "full") throw await queueFull(submission.limit, options);
  return submission.type === "known" ? sameJob(submission.job, requestHash) : submission.job;
}

/** The request with the model that it takes by default: another may be the first when it is run. */
const modelNamed = (request: StoredRequest, { schema }: JobKind, model: string): StoredRequest =>
  "model" in schema.shape ? { ...request, model } : request;

/** A job that was submitted before, where the request is the same. @throws AquatintError "request/idempotency". */
function sameJob(job: Job, requestHash: string): Job {
  if (job.requestHash === requestHash) return job;
  throw new AquatintError("request/idempotency", "the idempotency key was used for another request", {
    hint: "take a new key for each request",
  });
}

async function queueFull(limit: "all" | "user", { database, limits }: JobServiceOptions): Promise<RetryLater> {
  const [row] = await database.query<{ readonly seconds: number | null }>(
    `SELECT (avg(extract(epoch FROM finished_at - started_at)))::float8 AS seconds FROM
       (SELECT started_at, finished_at FROM aquatint.jobs WHERE state = 'done' ORDER BY finished_at DESC LIMIT 20) AS last`,
  );
  const seconds = Math.min(300, Math.max(1, Math.ceil(row?.seconds ?? 5)));
  return limit === "user"
    ? new RetryLater(
        "queue/user-full",
        `${limits.maxQueuedPerUser} of your jobs are waiting, which is the limit`,
        seconds,
      )
    : new RetryLater("queue/full", `${limits.maxQueued} jobs are waiting, which is the limit`, seconds);
}
