import type { Image } from "aquatint";
import { asError, openEngine } from "../engine/engine-store.ts";
import type { DrawOptions, DrawResult } from "../engine/protocol.ts";
import { addImage, type GalleryImage } from "../gallery/gallery-store.ts";
import { modelOptions } from "../models/model-options.ts";
import { createStore } from "../state/store.ts";

/** An image that waits or is being made. */
export interface Job {
  readonly id: number;
  readonly options: DrawOptions;
  /** Called with the image; the page shows it besides. */
  readonly onImage?: ((image: GalleryImage) => void) | undefined;
}

/** How far the image that is being made has come. */
export interface JobProgress {
  readonly job: Job;
  readonly i: number;
  /** 0 until the first step. */
  readonly n: number;
  readonly preview: Image | undefined;
  /** Times of the clock, in milliseconds. */
  readonly started: number;
  readonly firstStep: number | undefined;
}

/** The page's one queue. */
export interface QueueState {
  readonly waiting: readonly Job[];
  readonly current: JobProgress | undefined;
  /** Images of this batch that are done, and of all. */
  readonly done: number;
  readonly total: number;
  readonly error: ReturnType<typeof asError> | undefined;
  /** Seconds of the last image. */
  readonly seconds: number | undefined;
}

const empty = { waiting: [], current: undefined, done: 0, total: 0 } as const;

/** The state of the queue. */
export const queueStore = createStore<QueueState>({ ...empty, error: undefined, seconds: undefined });

let last = 0;
let controller: AbortController | undefined;

/** Adds images to the queue, which makes them in turn. */
export function enqueue(images: readonly Omit<Job, "id">[]): void {
  const jobs = images.map((image) => ({ ...image, id: ++last }));
  queueStore.set((state) => ({
    ...state,
    waiting: [...state.waiting, ...jobs],
    total: state.total + jobs.length,
    error: undefined,
  }));
  if (!queueStore.get().current) void next();
}

/** Ends the image that is being made, and all that wait. */
export function cancelAll(): void {
  queueStore.set((state) => ({ ...state, ...empty }));
  controller?.abort(new DOMException("canceled", "AbortError"));
}

async function next(): Promise<void> {
  const [job, ...waiting] = queueStore.get().waiting;
  if (!job) return queueStore.set((state) => ({ ...state, ...empty }));
  const progress = { job, i: 0, n: 0, preview: undefined, started: performance.now(), firstStep: undefined };
  queueStore.set((state) => ({ ...state, waiting, current: progress }));
  const canceling = new AbortController();
  controller = canceling;
  try {
    const result = await draw(job, canceling.signal);
    const image = await keep(result);
    if (canceling.signal.aborted) return;
    job.onImage?.(image);
    queueStore.set((state) => ({ ...state, done: state.done + 1, current: undefined, seconds: result.seconds }));
  } catch (error) {
    if (canceling.signal.aborted) return;
    return queueStore.set((state) => ({ ...state, ...empty, error: asError(error) }));
  }
  await next();
}

async function draw(job: Job, signal: AbortSignal): Promise<DrawResult> {
  const options = await aborting(modelOptions(job.options), signal);
  const engine = await aborting(openEngine(), signal);
  return engine.call("draw", options, {
    signal,
    onEvent(event) {
      if (event.type !== "step" || signal.aborted) return;
      const { i, n, preview } = event;
      queueStore.set((state) => {
        if (state.current?.job !== job) return state;
        const firstStep = state.current.firstStep ?? performance.now();
        return { ...state, current: { ...state.current, i, n, preview: preview ?? state.current.preview, firstStep } };
      });
    },
  });
}

const keep = ({ png, recipe, trace }: DrawResult): Promise<GalleryImage> =>
  addImage(
    {
      id: crypto.randomUUID?.() ?? `${Date.now()}-${last}`,
      created: Date.now(),
      recipe,
      png: new Blob([png], { type: "image/png" }),
      favorite: false,
    },
    trace,
  );

/** A promise that ends with the signal. */
const aborting = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });

/** Seconds that the queue still takes, by the steps so far; undefined where there is nothing to judge by. */
export function remainingSeconds({ current, waiting, seconds }: QueueState, now: number): number | undefined {
  if (!current) return undefined;
  const { i, n, firstStep, job } = current;
  const measured = firstStep !== undefined && i > 1 ? (now - firstStep) / 1000 / (i - 1) : undefined;
  const steps = n || (job.options.steps ?? 20);
  const step = measured ?? (seconds === undefined ? undefined : seconds / steps);
  return step === undefined ? undefined : step * (steps - i) + waiting.length * step * steps;
}
