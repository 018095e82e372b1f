import type { Sql } from "../queue/database.ts";
import type { JobReader } from "../queue/reader.ts";
import { secondsAUnit } from "../queue/rows.ts";
import { type Job, shareOf } from "./types.ts";

/** How long a job is expected to take. */
export interface StartEstimate {
  /** Jobs before it in the queue; 0 for the next one and a running one. */
  readonly position: number;
  /** Seconds until it starts and until it is done; undefined before the first job of its model was measured. */
  readonly startsIn: number | undefined;
  readonly doneIn: number | undefined;
}

/** Milliseconds that a speed and a number of workers hold: everybody who waits asks for them. */
const RECOUNT_MS = 1000;
/** Milliseconds that they are still given while they are asked for again, so that nobody waits for that. */
const STALE_MS = 5000;

interface Answer<T> {
  readonly at: number;
  readonly value: Promise<T>;
  /** The question that was asked again. */
  next?: Promise<T>;
}

/** The last result of a question to the database for each key, asked again when it is old. */
function recounted<T>(ask: (sql: Sql, key: string) => Promise<T>): (sql: Sql, key: string) => Promise<T> {
  const answers = new WeakMap<Sql, Map<string, Answer<T>>>();
  return (sql, key) => {
    const byKey = answers.get(sql) ?? new Map<string, Answer<T>>();
    answers.set(sql, byKey);
    const answer = byKey.get(key);
    const age = answer ? Date.now() - answer.at : Number.POSITIVE_INFINITY;
    if (answer && age < RECOUNT_MS) return answer.value;
    if (answer?.next) return age < STALE_MS ? answer.value : answer.next;
    const next = ask(sql, key);
    if (answer) answer.next = next;
    const settle = next.then(
      () => byKey.set(key, { at: Date.now(), value: next }),
      () => byKey.delete(key),
    );
    if (!answer) byKey.set(key, { at: Date.now(), value: next });
    void settle;
    return answer && age < STALE_MS ? answer.value : next;
  };
}

const rateOf = recounted(secondsAUnit);
const workersOf = recounted((sql) => liveWorkers(sql));

/** Seconds without news after which a worker does not count. */
const WORKER_SEEN = 30;

/** The place of a job and its times: those of a running one by its own speed, others by that of the last jobs of the model. */
export async function estimateStart(
  { database: sql, reader }: { readonly database: Sql; readonly reader: JobReader },
  job: Job,
): Promise<StartEstimate> {
  const isRunning = job.state === "running";
  const [rate, ahead, workers] = [
    await rateOf(sql, job.model),
    isRunning ? { jobs: 0, units: 0 } : await reader.ahead(job),
    await workersOf(sql, ""),
  ];
  const startsIn = rate === undefined ? undefined : (rate * ahead.units) / Math.max(1, workers);
  const share = isRunning && job.progress ? shareOf(job.progress) : 0;
  if (share > 0 && job.startedAt) {
    const elapsed = (Date.now() - job.startedAt.getTime()) / 1000;
    return { position: ahead.jobs, startsIn: 0, doneIn: Math.max(0, (elapsed * (1 - share)) / share) };
  }
  return {
    position: ahead.jobs,
    startsIn,
    doneIn: rate === undefined || startsIn === undefined ? undefined : startsIn + rate * job.units,
  };
}

/** Workers that asked for jobs lately or have one. */
export const liveWorkers = async (sql: Sql): Promise<number> => (await workerTotals(sql)).count;

/** Workers, and the bytes of their memory: as they told last, and the peak of the one with the highest. */
export interface WorkerTotals {
  readonly count: number;
  readonly memory: number;
  readonly peakMemory: number;
}

/** Those workers and their memory. */
export async function workerTotals(sql: Sql): Promise<WorkerTotals> {
  const [row] = await sql.query<WorkerTotals>(
    `SELECT count(*)::int AS count, coalesce(sum(memory), 0)::float8 AS memory,
       coalesce(max(peak_memory), 0)::float8 AS "peakMemory" FROM (
       SELECT id FROM aquatint.workers WHERE seen_at > now() - $1 * interval '1 second'
       UNION SELECT worker FROM aquatint.jobs WHERE state = 'running') AS live LEFT JOIN aquatint.workers USING (id)`,
    [WORKER_SEEN],
  );
  return row ?? { count: 0, memory: 0, peakMemory: 0 };
}
