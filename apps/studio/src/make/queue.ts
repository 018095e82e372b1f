import type { Image } from "aquatint";
import type { CallOptions } from "../engine/client.ts";
import { asError, openEngine } from "../engine/engine-store.ts";
import type { ClipOptions, DrawOptions, DrawResult, MotionSource } from "../engine/protocol.ts";
import { addImage, type GalleryImage } from "../gallery/gallery-store.ts";
import { clipModelOptions, modelOptions } from "../models/model-options.ts";
import { createStore } from "../state/store.ts";
import { say } from "../ui/toasts.tsx";

/** An image or a clip to be made. */
export type JobRequest = (
  | { readonly options: DrawOptions; readonly motion?: undefined }
  | { readonly options: ClipOptions; readonly motion: MotionSource }
) & {
  /** Called with the image; the page shows it besides. */
  readonly onImage?: ((image: GalleryImage) => void) | undefined;
};

/** One that waits or is being made. */
export type Job = JobRequest & { readonly id: number };

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
export function enqueue(images: readonly JobRequest[]): void {
  const jobs = images.map((image): Job => ({ ...image, id: ++last }));
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
    const result = await drawAgain(job, canceling.signal);
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

/** Makes an image; once more where the engine ended in the middle, and again whenever the visitor chose another one. */
async function drawAgain(job: Job, signal: AbortSignal): Promise<DrawResult> {
  for (let losses = 0; ; ) {
    try {
      return await draw(job, signal);
    } catch (error) {
      const { code } = asError(error);
      const notice = endings[code];
      if (signal.aborted || !notice) throw error;
      if (code !== CLOSED && losses++ > 0) throw error;
      say(notice);
    }
  }
}

const OVERFLOW = "The image overflowed in half precision. It is drawn anew in float32, and so are those that follow.";
const CLOSED = "studio/engine-closed";
const LOST = "The engine ended in the middle of an image. It starts again, and the image is drawn anew.";

/** Errors of an engine or its ONNX Runtime that ended, and what is said: the browser needs memory, a graphics device was lost, another model was chosen. */
const endings: Readonly<Record<string, string>> = {
  [CLOSED]: "The model or the device was changed in the middle of an image. The image is drawn anew with the new one.",
  "studio/engine-lost": LOST,
  "runtime/worker-died": LOST,
};

async function draw(job: Job, signal: AbortSignal): Promise<DrawResult> {
  const request = await aborting(modelRequest(job), signal);
  const engine = await aborting(openEngine(), signal);
  const call: CallOptions = {
    signal,
    onEvent(event) {
      if (event.type === "precision") say(OVERFLOW);
      if (event.type !== "step" || signal.aborted) return;
      const { i, n, preview } = event;
      queueStore.set((state) => {
        if (state.current?.job !== job) return state;
        const firstStep = state.current.firstStep ?? performance.now();
        return { ...state, current: { ...state.current, i, n, preview: preview ?? state.current.preview, firstStep } };
      });
    },
  };
  if (request.motion) return engine.call("clip", { options: request.options, motion: request.motion }, call);
  return engine.call("draw", request.options, call);
}

/** A job with what the visitor's files add to its options. */
const modelRequest = async (job: Job): Promise<JobRequest> =>
  job.motion
    ? { options: await clipModelOptions(job.options), motion: job.motion }
    : { options: await modelOptions(job.options) };

const keep = ({ png, poster, recipe, trace }: DrawResult): Promise<GalleryImage> =>
  addImage(
    {
      id: crypto.randomUUID?.() ?? `${Date.now()}-${last}`,
      created: Date.now(),
      recipe,
      png: new Blob([png], { type: "image/png" }),
      favorite: false,
      ...(poster && { poster: new Blob([poster], { type: "image/png" }) }),
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
