import type { Image } from "aquatint";
import { currentBackend } from "../backend/backend.ts";
import type { Drawing, DrawingNews, DrawRequest, QueuePosition } from "../backend/drawing.ts";
import { asError } from "../engine/engine-store.ts";
import { addImage, type GalleryImage } from "../gallery/gallery-store.ts";
import { createStore } from "../state/store.ts";

/** An image or a clip to be made. */
export type JobRequest = DrawRequest & {
  /** Called with the image; the page shows it besides. */
  readonly onImage?: ((image: GalleryImage) => void) | undefined;
};

/** One that waits or is being made. */
export interface Job extends Pick<JobRequest, "onImage"> {
  readonly drawing: Drawing;
  /** Undefined for one that was under way before the page was loaded. */
  readonly request?: DrawRequest | undefined;
}

/** How far the image that is being made has come. */
export interface JobProgress {
  readonly job: Job;
  readonly i: number;
  /** 0 until the first step. */
  readonly n: number;
  readonly preview: Image | undefined;
  /** Its position in a queue that others use, too; undefined once it is being made. */
  readonly queued: QueuePosition | undefined;
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

let controller: AbortController | undefined;

/** Adds images to the queue, which makes them in turn. */
export function enqueue(images: readonly JobRequest[]): void {
  const { drawing: backend } = currentBackend();
  follow(images.map(({ onImage, ...request }): Job => ({ drawing: backend.start(request), onImage, request })));
}

/** Adds images that are under way to the queue. */
export function follow(jobs: readonly Job[]): void {
  if (jobs.length === 0) return;
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
  const { current, waiting } = queueStore.get();
  for (const { drawing } of current ? [current.job, ...waiting] : waiting) drawing.cancel();
  leaveAll();
}

/** Waits for no image any more; what a backend with a queue of its own has taken in goes on there. */
export function leaveAll(): void {
  queueStore.set((state) => ({ ...state, ...empty }));
  controller?.abort(new DOMException("canceled", "AbortError"));
}

async function next(): Promise<void> {
  const [job, ...waiting] = queueStore.get().waiting;
  if (!job) return queueStore.set((state) => ({ ...state, ...empty }));
  const start = { i: 0, n: 0, preview: undefined, queued: undefined, firstStep: undefined };
  queueStore.set((state) => ({ ...state, waiting, current: { job, ...start, started: performance.now() } }));
  const canceling = new AbortController();
  controller = canceling;
  try {
    const { image, trace, seconds } = await job.drawing.finish(canceling.signal, (news) => show(job, news));
    if (canceling.signal.aborted) return;
    const added = await addImage(image, trace);
    if (canceling.signal.aborted) return;
    job.onImage?.(added);
    queueStore.set((state) => ({ ...state, done: state.done + 1, current: undefined, seconds }));
  } catch (error) {
    if (canceling.signal.aborted) return;
    for (const { drawing } of queueStore.get().waiting) drawing.cancel();
    return queueStore.set((state) => ({ ...state, ...empty, error: asError(error) }));
  }
  await next();
}

function show(job: Job, { i, n, preview, queued }: DrawingNews): void {
  queueStore.set((state) => {
    const { current } = state;
    if (current?.job !== job) return state;
    const firstStep = current.firstStep ?? (n === undefined ? undefined : performance.now());
    const steps = { i: i ?? current.i, n: n ?? current.n, preview: preview ?? current.preview };
    return { ...state, current: { ...current, ...steps, queued, firstStep } };
  });
}

/** How much of the queue is done, 0 .. 1. */
export const doneShare = ({ current, done, total }: QueueState): number =>
  (done + (current && current.n > 0 ? current.i / current.n : 0)) / Math.max(1, total);

/** Seconds that the queue still takes, by the steps so far; undefined where there is nothing to judge by. */
export function remainingSeconds({ current, waiting, seconds }: QueueState, now: number): number | undefined {
  if (!current) return undefined;
  const { i, n, firstStep, job } = current;
  const measured = firstStep !== undefined && i > 1 ? (now - firstStep) / 1000 / (i - 1) : undefined;
  const steps = n || (job.drawing.size.steps ?? 20);
  const step = measured ?? (seconds === undefined ? undefined : seconds / steps);
  return step === undefined ? undefined : step * (steps - i) + waiting.length * step * steps;
}
