import { useEffect, useRef, useState } from "react";
import { useFigure } from "./Figure.tsx";
import type { Jobs, JobWorker, RunningJob, ValueOf } from "./jobs.ts";

/** How a job of a figure stands. */
export interface JobState<V> {
  /** The last value; that of earlier parameters until the first of these comes. */
  readonly value: V | undefined;
  readonly isRunning: boolean;
  readonly error: string | undefined;
}

type Params = Readonly<Record<string, unknown>>;

const isSame = (a: Params, b: Params): boolean => Object.keys(a).every((key) => Object.is(a[key], b[key]));

/** The same object as long as its values are the same. */
function useStable<P extends Params>(params: P): P {
  const last = useRef(params);
  if (last.current !== params && !isSame(params, last.current)) last.current = params;
  return last.current;
}

/** One job of a worker at a time, always with the newest parameters. */
class LatestJob<V> {
  private current: RunningJob | undefined;
  private params: Params | undefined;
  private next: Params | undefined;
  private isPaused = false;
  private state: JobState<V> = { value: undefined, isRunning: false, error: undefined };
  readonly #worker: JobWorker;
  readonly #name: string;
  readonly #onChange: (state: JobState<V>) => void;

  constructor(worker: JobWorker, name: string, onChange: (state: JobState<V>) => void) {
    this.#worker = worker;
    this.#name = name;
    this.#onChange = onChange;
  }

  private change(changes: Partial<JobState<V>>): void {
    this.state = { ...this.state, ...changes };
    this.#onChange(this.state);
  }

  /** Computes for these parameters, after the job for others has ended. */
  want(params: Params): void {
    if (params === (this.next ?? this.params)) return;
    this.next = params;
    if (this.current) this.current.abort();
    else this.start();
  }

  pause(isPaused: boolean): void {
    if (isPaused === this.isPaused) return;
    this.isPaused = isPaused;
    if (isPaused) this.current?.pause();
    else this.current?.resume();
    if (this.current) this.change({ isRunning: !isPaused });
  }

  private start(): void {
    if (!this.next) return;
    const params = this.next;
    this.params = params;
    this.next = undefined;
    const end = (changes: Partial<JobState<V>>) => {
      this.current = undefined;
      if (this.next) this.start();
      else this.change({ isRunning: false, ...changes });
    };
    this.change({ isRunning: true, error: undefined });
    this.current = this.#worker.run(this.#name, params, {
      onValue: (value) => !this.next && this.change({ value: value as V }),
      onDone: () => end({}),
      onFailure: (error) => end({ error }),
    });
  }

  stop(): void {
    this.next = undefined;
    this.params = undefined;
    this.current?.abort();
  }
}

/** Options of `useJob`. */
interface JobOptions {
  /** The job waits while this is false. */
  readonly when?: boolean;
}

/** The hook by which figures compute with the jobs of their page's `jobs.ts`: only in view, paused out of view. */
export const jobHook =
  <J extends Jobs>() =>
  <Name extends keyof J & string>(
    name: Name,
    params: Parameters<J[Name]>[0],
    { when = true }: JobOptions = {},
  ): JobState<ValueOf<J[Name]>> => {
    type V = ValueOf<J[Name]>;
    const { worker, isInView, report } = useFigure();
    const stable = useStable(params as Params);
    const [state, setState] = useState<JobState<V>>({ value: undefined, isRunning: false, error: undefined });
    const [job] = useState(() => new LatestJob<V>(worker, name, setState));
    const isWanted = isInView && when;
    useEffect(() => {
      job.pause(!isInView);
      if (isWanted) job.want(stable);
    }, [job, stable, isInView, isWanted]);
    useEffect(() => () => job.stop(), [job]);
    const { isRunning, error } = state;
    useEffect(() => report(job, { isRunning, error }), [job, isRunning, error, report]);
    return state;
  };
