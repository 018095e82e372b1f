import { messageOf } from "aquatint";
import { provideDigest } from "../../engine/provide-digest.ts";
import type { Job, JobAnswer, JobRequest } from "./jobs.ts";

interface Run {
  readonly controller: AbortController;
  /** Ends a pause. */
  resume: (() => void) | undefined;
  paused: Promise<void> | undefined;
}

/** Answers the calls of a figure, in its worker: each job computes values, one after another. */
export function serve(jobs: Readonly<Record<string, Job>>): void {
  provideDigest();
  const runs = new Map<number, Run>();
  const post = (answer: JobAnswer) => self.postMessage(answer);
  const start = async ({ id, job, params }: Extract<JobRequest, { readonly type: "run" }>) => {
    const run: Run = { controller: new AbortController(), resume: undefined, paused: undefined };
    runs.set(id, run);
    try {
      const { signal } = run.controller;
      const work = jobs[job];
      if (!work) throw new Error(`there is no job "${job}"`);
      for await (const value of work(params as never, signal)) {
        await run.paused;
        await moment(); // messages come in between values
        if (signal.aborted) break;
        post({ id, value });
      }
      post({ id, done: true });
    } catch (error) {
      post(run.controller.signal.aborted ? { id, done: true } : { id, failure: messageOf(error) });
    } finally {
      runs.delete(id);
    }
  };
  self.onmessage = ({ data }: MessageEvent<JobRequest>) => {
    if (data.type === "run") return void start(data);
    const run = runs.get(data.id);
    if (!run) return;
    if (data.type === "pause") run.paused ??= new Promise((resolve) => (run.resume = resolve));
    else {
      if (data.type === "abort") run.controller.abort();
      run.resume?.();
      run.paused = undefined;
    }
  };
}

const moment = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
