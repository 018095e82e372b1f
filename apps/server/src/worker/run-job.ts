import { setTimeout } from "node:timers/promises";
import { encodePng, type Image } from "aquatint";
import { decodeImage } from "aquatint/node";
import { failureOf } from "../jobs/errors.ts";
import type { KindContext, KindEvent } from "../jobs/kind.ts";
import { kindNamed } from "../jobs/kinds/index.ts";
import type { JobFile, JobOutcome, JobProgress, LeasedJob, StopRequest } from "../jobs/types.ts";
import { withFileNames } from "../models/file-names.ts";
import type { JobEnd, JobLeases } from "../queue/leases.ts";
import { type FileStore, isUnavailable } from "../storage/types.ts";
import { type JobReporter, jobReporter } from "./reporter.ts";

/** What a worker runs jobs with. */
export interface RunTools {
  readonly leases: JobLeases;
  readonly store: FileStore;
  readonly context: Omit<KindContext, "image">;
  /** Bytes that a job may take whose memory was planned; no limit when absent. */
  readonly maxMemory?: number | undefined;
  /** Seconds between reports of a job without news, and between all of its reports at least. */
  readonly reportSeconds: number;
  readonly newsSeconds: number;
  /** Gets what a job failed with. */
  readonly onError: (error: unknown, job: LeasedJob | undefined) => void;
}

/** Runs a job to its end and returns how it ended; "lost" where its lease ended, "given back" where the worker shuts down. */
export async function runJob(
  job: LeasedJob,
  tools: RunTools,
  shutdown: AbortSignal,
): Promise<JobOutcome["state"] | "lost" | "unknown" | "given back"> {
  const controls = runControls(shutdown);
  const reporter = jobReporter(job, { ...tools, onStop: (reason) => controls.stop(reason) });
  const start = performance.now();
  const times = () => ({ seconds: (performance.now() - start) / 1000, steps: reporter.steps() });
  const output: { files: JobFile[]; modelHash: string | undefined } = { files: [], modelHash: undefined };
  const outcome = await make(job, { tools, controls, reporter, output }).then(
    (model): JobOutcome => ({
      state: "done",
      result: {
        ...output,
        model,
        interrupted: output.files.length < countOf(job),
        ...times(),
      },
    }),
    async (error: unknown): Promise<JobOutcome> => {
      if (controls.reason === "cancel" || controls.reason === "lost") return { state: "canceled" };
      if (controls.reason === "interrupt") {
        return { state: "done", result: { ...output, model: job.model, interrupted: true, ...times() } };
      }
      if (!shutdown.aborted) tools.onError(error, job);
      return { state: "failed", error: failureOf(await withFileNames(error, tools.context.models)) };
    },
  );
  await reporter.close();
  if (controls.reason === undefined && shutdown.aborted && outcome.state === "failed") {
    await tools.leases.giveBack(job);
    return "given back";
  }
  const progress = withoutFiles(reporter.last());
  const end = await finishSurely({ id: job.id, lease: job.lease, outcome, progress }, tools.leases);
  if (end === "lost") for (const { key } of output.files) await tools.store.remove(key);
  return end;
}

/** Times that a job's end is told, a second apart, while the queue does not answer: a database may start again meanwhile. */
const FINISH_ATTEMPTS = 60;

/**
 * Ends a job. Where the queue failed on the way it may have kept the end all the same: then nobody knows, and the files stay
 * until the job is forgotten.
 */
async function finishSurely(end: JobEnd, leases: JobLeases): Promise<JobOutcome["state"] | "lost" | "unknown"> {
  for (let attempt = 1; ; attempt++) {
    try {
      if (await leases.finish(end)) return end.outcome.state;
      return attempt === 1 ? "lost" : "unknown";
    } catch (error) {
      if (attempt === FINISH_ATTEMPTS) throw error;
      await setTimeout(1000);
    }
  }
}

/** The progress of a job that ended: its files are in its result. */
const withoutFiles = (progress: JobProgress | undefined): JobProgress | undefined =>
  progress && { ...progress, files: undefined };

const countOf = ({ request }: LeasedJob): number => Number(request["count"] ?? 1);

/** The signals of a run, and why it was ended. */
interface RunControls {
  readonly signal: AbortSignal;
  reason: StopRequest | "lost" | undefined;
  part(): AbortSignal;
  stop(reason: StopRequest | "lost"): void;
}

function runControls(shutdown: AbortSignal): RunControls {
  const all = new AbortController();
  let part = new AbortController();
  return {
    signal: AbortSignal.any([all.signal, shutdown]),
    reason: undefined,
    part() {
      part = new AbortController();
      return part.signal;
    },
    stop(reason) {
      if (reason === "skip") return part.abort();
      this.reason = reason;
      all.abort();
    },
  };
}

interface RunState {
  readonly tools: RunTools;
  readonly controls: RunControls;
  readonly reporter: JobReporter;
  readonly output: { readonly files: JobFile[]; modelHash: string | undefined };
}

/** Makes the files of a job; returns the model's name in them. */
async function make(job: LeasedJob, { tools, controls, reporter, output }: RunState): Promise<string> {
  const { store, context, maxMemory } = tools;
  const engine = job.limited ? { ...context.engine, maxMemory } : context.engine;
  const image = async (key: string): Promise<Image> => {
    const bytes = await whileAway(() => store.get(key), controls.signal);
    if (bytes) return decodeImage(bytes, { name: "the image" });
    throw new Error(`the image ${key} is not in the file store`);
  };
  const prepared = await kindNamed(job.kind).prepare(job.request, { ...context, engine, image });
  const { images } = prepared.work;
  reporter.progress({ image: 0, images, step: 0, steps: prepared.work.steps });
  for await (const event of prepared.run(controls)) {
    if (event.type === "step") {
      const { image: done, step, steps, preview } = event;
      const progress = { image: done, images, step, steps, files: [...output.files] };
      reporter.progress(progress, preview && (() => encodePng(preview)));
    } else {
      const file = { event, index: output.files.length };
      output.files.push(await whileAway(() => storedFile(job, file, store), controls.signal));
      output.modelHash = event.modelHash;
      const { steps } = prepared.work;
      const isLast = output.files.length === images;
      const files = [...output.files];
      reporter.progress({ image: files.length, images, step: isLast ? steps : 0, steps, files });
    }
  }
  controls.signal.throwIfAborted();
  return prepared.model;
}

/** Times that a file store that is away is tried, a second apart: what was drawn is not lost for it. */
const STORE_ATTEMPTS = 60;

/** The result of a call of the file store, which may be away for a while. */
async function whileAway<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (!isUnavailable(error) || attempt === STORE_ATTEMPTS) throw error;
      await setTimeout(1000, undefined, { signal });
    }
  }
}

type FileEvent = Extract<KindEvent, { readonly type: "file" }>;

/** Each attempt has names of its own: what another one left under them is no part of the result. */
async function storedFile(
  { id, attempts }: LeasedJob,
  { event, index }: { readonly event: FileEvent; readonly index: number },
  store: FileStore,
): Promise<JobFile> {
  const { bytes, extension, mimeType: type, seed, width, height, infotext } = event;
  const key = `${id}/${attempts}-${index}.${extension}`;
  await store.put(key, bytes, type);
  return { key, type, seed, width, height, infotext };
}
