import type { Image } from "aquatint/formats";
import { createStore } from "../../../state/store.ts";
import { download } from "../../../ui/download.ts";
import { jobWorker, type RunningJob } from "../../figure/jobs.ts";
import type { SavedRun, TrainParams } from "./jobs.ts";
import type { TrainLine, TrainNews } from "./news.ts";

/** How the visitor's training stands. */
export interface TrainingState {
  readonly phase: "loading" | "idle" | "starting" | "running" | "pausing";
  /** The run that this browser holds; undefined where there is none. */
  readonly saved: SavedRun | undefined;
  /** Losses of all steps so far, the first of step 1. */
  readonly losses: readonly number[];
  readonly samples: { readonly step: number; readonly images: readonly Image[] } | undefined;
  readonly prompts: readonly string[];
  readonly line: TrainLine | undefined;
  readonly parameters: number | undefined;
  readonly threads: number | undefined;
  readonly seconds: number;
  readonly secondsPerStep: number | undefined;
  readonly secondsLeft: number | undefined;
  /** The step of the newest checkpoint. */
  readonly savedStep: number;
  readonly isDone: boolean;
  readonly problem: string | undefined;
  readonly error: string | undefined;
}

const initial: TrainingState = {
  phase: "loading",
  saved: undefined,
  losses: [],
  samples: undefined,
  prompts: [],
  line: undefined,
  parameters: undefined,
  threads: undefined,
  seconds: 0,
  secondsPerStep: undefined,
  secondsLeft: undefined,
  savedStep: 0,
  isDone: false,
  problem: undefined,
  error: undefined,
};

/** The one training of this tab; it goes on when its page is left. */
export const trainingStore = createStore<TrainingState>(initial);

/** Starts a worker of this page. */
export const startWorker = () => new Worker(new URL("./training.worker.ts", import.meta.url), { type: "module" });

const worker = jobWorker(startWorker);
let running: RunningJob | undefined;

const change = (changes: Partial<TrainingState>) => trainingStore.set((state) => ({ ...state, ...changes }));

/** The last value of a job. */
const resultOf = <T>(job: string, params: unknown = {}): Promise<T> =>
  new Promise((resolve, reject) => {
    let result: unknown;
    worker.run(job, params, {
      onValue: (value) => {
        result = value;
      },
      onDone: () => resolve(result as T),
      onFailure: (message) => reject(new Error(message)),
    });
  });

/** State after news; steps are gathered in `losses`. */
function changeBy(news: TrainNews, losses: number[]): Partial<TrainingState> {
  switch (news.type) {
    case "start":
      losses.length = news.step;
      return { phase: "running", parameters: news.parameters, threads: news.threads };
    case "step": {
      losses[news.step - 1] = news.loss;
      const { seconds, secondsPerStep, secondsLeft } = news;
      return { seconds, secondsPerStep, secondsLeft };
    }
    case "line":
      return { line: news.line };
    case "samples":
      return { samples: news };
    case "saved":
      return { savedStep: news.step };
    case "problem":
      return { problem: news.message };
    case "end":
      return { isDone: news.reason === "length" };
  }
}

async function load(): Promise<void> {
  try {
    const saved = await resultOf<SavedRun | undefined>("saved");
    const { losses = [], step = 0, seconds = 0, prompts = [], isDone = false, samples } = saved ?? {};
    change({ phase: "idle", saved, losses, savedStep: step, seconds, prompts, isDone, samples });
  } catch (error) {
    change({ phase: "idle", error: (error as Error).message });
  }
}

/** Looks for a run that this browser holds, once. */
export const loadTraining = () => {
  if (trainingStore.get().phase === "loading") void load();
};

/** Starts or resumes the training. */
export function startTraining(params: TrainParams): void {
  if (trainingStore.get().phase !== "idle") return;
  const losses = params.resume ? [...trainingStore.get().losses] : [];
  const reset = params.resume ? {} : { samples: undefined, seconds: 0, savedStep: 0 };
  change({ phase: "starting", problem: undefined, error: undefined, isDone: false, losses, ...reset });
  const end = (error?: string) => {
    running = undefined;
    change({ line: undefined, secondsLeft: undefined });
    void load().then(() => error !== undefined && change({ error }));
  };
  running = worker.run("train", params, {
    onValue(value) {
      const changes = (value as readonly TrainNews[]).map((news) => changeBy(news, losses));
      const { phase } = trainingStore.get();
      const next = Object.assign({}, ...changes) as Partial<TrainingState>;
      if (losses.length !== trainingStore.get().losses.length) change({ losses: [...losses] });
      change(phase === "pausing" ? { ...next, phase } : next);
    },
    onDone: () => end(),
    onFailure: end,
  });
}

/** Ends the training after its step; it is saved first. */
export function pauseTraining(): void {
  if (!running) return;
  change({ phase: "pausing" });
  running.abort();
}

/** Saves the run as a zip archive, as it is in this browser. */
export async function exportTraining(): Promise<void> {
  try {
    const bytes = await resultOf<Uint8Array<ArrayBuffer>>("archive");
    download(new Blob([bytes], { type: "application/zip" }), "lecture-run.zip");
  } catch (error) {
    change({ error: (error as Error).message });
  }
}
