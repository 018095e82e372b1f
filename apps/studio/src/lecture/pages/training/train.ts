import { AquatintError } from "aquatint";
import type { Dataset } from "aquatint/data";
import {
  configKindsFor,
  createDataset,
  createTask,
  parseTrainConfig,
  type RunEvent,
  type RunFiles,
  recordRun,
  runStart,
} from "aquatint/train";
import { webRuntime } from "aquatint/web";
import { engineThreads } from "../../../engine/device.ts";
import { drawnDigits } from "./digits.ts";
import { sourcesOf } from "./drawings.ts";
import type { NewsQueue, TrainNews } from "./news.ts";

/** A run that is ready to train. */
export interface RunRequest {
  readonly files: RunFiles;
  /** The configuration, as JSON. */
  readonly json: unknown;
  readonly resume: boolean;
  readonly signal: AbortSignal;
}

/** Says when a batch is drawn, and when the update for it is computed. */
const watched = (dataset: Dataset, onLine: (line: "draw" | "step") => void): Dataset => ({
  ...dataset,
  stream(options) {
    const stream = dataset.stream(options);
    if (options.split === "held-out") return stream;
    return {
      ...stream,
      async next(batchSize) {
        onLine("draw");
        const batch = await stream.next(batchSize);
        setTimeout(() => onLine("step"));
        return batch;
      },
    };
  },
});

function newsOf(event: RunEvent, threads: number): TrainNews | undefined {
  switch (event.type) {
    case "start":
      return { type: "start", step: event.step, parameters: event.parameters, threads };
    case "step": {
      const { step, loss, seconds, secondsPerStep, secondsLeft } = event;
      return { type: "step", step, loss, seconds, secondsPerStep, secondsLeft };
    }
    case "samples":
      return { type: "samples", step: event.step, images: event.images };
    case "checkpoint":
      return { type: "saved", step: event.step };
    case "problem":
      return { type: "problem", message: event.message };
    case "model":
    case "finished":
      return { type: "end", reason: "length" };
    default:
      return undefined;
  }
}

/** Trains until the length of the run, or until `signal`, which saves the run first. */
export async function train({ files, json, resume, signal }: RunRequest, queue: NewsQueue): Promise<void> {
  const config = parseTrainConfig(json, { name: "the lecture's recipe", kinds: await configKindsFor(json) });
  const { start, change, finished } = await runStart({ files, config }, { resume });
  if (change) queue.push({ type: "problem", message: change });
  if (finished) {
    queue.push({ type: "end", reason: "length" });
    return;
  }
  const sources = sourcesOf(files, async (digits) => drawnDigits(digits));
  const dataset = watched(await createDataset(config.dataset, sources), (line) => queue.push({ type: "line", line }));
  await using runtime = await webRuntime({ device: "wasm", threads: engineThreads(navigator.hardwareConcurrency) });
  const modelFiles = () =>
    Promise.reject(new AquatintError("train/options", "the lecture's recipe names no other model"));
  const task = await createTask(config, { dataset, runtime, modelFiles, assets: start?.checkpoint.assets });
  const { threads } = runtime;
  try {
    for await (const event of recordRun({ config, task, runtime, files, start, signal, host: { threads } })) {
      const news = newsOf(event, threads);
      if (news) queue.push(news);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    queue.push({ type: "end", reason: "pause" });
  }
}
