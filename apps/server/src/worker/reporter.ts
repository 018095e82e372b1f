import { type JobProgress, type LeasedJob, type StepTimes, type StopRequest, shareOf } from "../jobs/types.ts";
import { changeSource } from "../queue/changes.ts";
import type { JobLeases, ReportAnswer } from "../queue/leases.ts";
import { processMemory } from "./memory.ts";

/** Tells the queue how far a job is. */
export interface JobReporter {
  /** Takes news; `preview` makes a PNG file where the news are sent. */
  progress(progress: JobProgress, preview?: () => Uint8Array): void;
  /** The newest progress. */
  last(): JobProgress | undefined;
  /** Steps so far. */
  steps(): StepTimes;
  /** Sends nothing more. */
  close(): Promise<void>;
}

/** How a job is reported. */
export interface ReporterOptions {
  readonly leases: Pick<JobLeases, "report">;
  /** Seconds between reports without news, which renew the lease. */
  readonly reportSeconds: number;
  /** Seconds between reports at least: of the news of that time the last are sent. */
  readonly newsSeconds: number;
  /** Gets what the owner wants, or that the lease ended. */
  readonly onStop: (reason: StopRequest | "lost") => void;
}

interface News {
  readonly progress: JobProgress;
  readonly preview: (() => Uint8Array) | undefined;
}

const reportOf = (news: News | undefined) => ({
  progress: news && { ...news.progress, share: shareOf(news.progress) },
  preview: news?.preview?.(),
  memory: processMemory(),
});

const stopOf = ({ lost, stop }: ReportAnswer): StopRequest | "lost" | null => (lost ? "lost" : stop);

/** Keeps the newest progress and times the steps: the first of a file, which follows loading or decoding, is not counted. */
function stepClock() {
  let newest: JobProgress | undefined;
  let last: { readonly image: number; readonly step: number; readonly at: number } | undefined;
  let [count, milliseconds] = [0, 0];
  return {
    last: () => newest,
    take(progress: JobProgress): void {
      newest = progress;
      const { image, step } = progress;
      const at = performance.now();
      if (last?.image === image && step > last.step && last.step > 0) {
        count += step - last.step;
        milliseconds += at - last.at;
      }
      if (last?.image !== image || last.step !== step) last = { image, step, at };
    },
    steps: (): StepTimes => ({ count, seconds: milliseconds / 1000 }),
  };
}

type Lease = Pick<LeasedJob, "id" | "lease">;

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0) await changeSource().next(milliseconds, signal);
}

/** Tells the newest progress, one report at a time, and renews the lease where there is none. */
export function jobReporter({ id, lease }: Lease, options: ReporterOptions): JobReporter {
  const { leases, reportSeconds, newsSeconds, onStop } = options;
  let news: News | undefined;
  let sending: Promise<void> | undefined;
  let next = 0;
  const closing = new AbortController();
  const { signal } = closing;
  const send = async (): Promise<void> => {
    do {
      await pause(next - Date.now(), signal);
      if (signal.aborted) return;
      next = Date.now() + 1000 * newsSeconds;
      const current = news;
      news = undefined;
      const stop = await leases.report({ id, lease, ...reportOf(current) }).then(stopOf, () => null);
      if (stop) onStop(stop);
    } while (news && !signal.aborted);
  };
  const start = () => {
    if (signal.aborted || sending) return;
    sending = send().finally(() => {
      sending = undefined;
    });
  };
  const timer = setInterval(start, 1000 * reportSeconds);
  const clock = stepClock();
  return {
    progress(progress, preview) {
      clock.take(progress);
      news = { progress, preview };
      start();
    },
    ...{ last: clock.last, steps: clock.steps },
    async close() {
      closing.abort();
      clearInterval(timer);
      await sending;
    },
  };
}
