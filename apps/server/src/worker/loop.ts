import type { LeasedJob } from "../jobs/types.ts";
import type { Changes } from "../queue/changes.ts";
import { processMemory } from "./memory.ts";
import { type RunTools, runJob } from "./run-job.ts";

/** A worker of this process. */
export interface WorkerOptions extends RunTools {
  readonly id: string;
  /** Tells when there may be a new job. */
  readonly changes: Pick<Changes, "next">;
  /** Seconds that the job under way may take to end after `stop` was aborted. */
  readonly drainSeconds: number;
  /** Ends the worker after the job under way. */
  readonly stop: AbortSignal;
  readonly onStart: (job: LeasedJob) => void;
  readonly onEnd: (job: LeasedJob, end: Awaited<ReturnType<typeof runJob>>) => void;
}

/** Milliseconds between looks into the queue where no change is told, and after one that failed. */
const POLL = 5000;
const RETRY = 1000;

/** Runs jobs one after the other until `stop` is aborted. */
export async function workLoop(options: WorkerOptions): Promise<void> {
  const { id, leases, stop, changes, onError } = options;
  const shutdown = delayed(stop, options.drainSeconds);
  let loaded: { readonly model: string; readonly until: number } | undefined;
  try {
    while (!stop.aborted) {
      let pause = POLL;
      const models = loaded && Date.now() < loaded.until ? [loaded.model] : [];
      const job = await leases.take({ id, models, memory: processMemory() }).catch((error: unknown) => {
        pause = RETRY;
        onError(error, undefined);
      });
      if (!job) {
        await changes.next(pause, stop);
        continue;
      }
      options.onStart(job);
      options.onEnd(job, await endOf(job, options, shutdown.signal));
      loaded = { model: job.model, until: Date.now() + 1000 * (options.context.engine.keepAlive ?? 0) };
    }
  } finally {
    shutdown.clear();
  }
}

/** A job's end; one that the queue cannot be told of is lost, and its lease ends. */
async function endOf(job: LeasedJob, options: WorkerOptions, shutdown: AbortSignal) {
  try {
    return await runJob(job, options, shutdown);
  } catch (error) {
    options.onError(error, job);
    return "lost";
  }
}

/** Aborted some seconds after another signal. */
function delayed(signal: AbortSignal, seconds: number) {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const start = () => {
    timer = setTimeout(() => controller.abort(), 1000 * seconds);
  };
  if (signal.aborted) start();
  else signal.addEventListener("abort", start, { once: true });
  return {
    signal: controller.signal,
    clear() {
      signal.removeEventListener("abort", start);
      clearTimeout(timer);
    },
  };
}
