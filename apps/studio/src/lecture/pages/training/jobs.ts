import { AquatintError } from "aquatint";
import { decodePng, type Image } from "aquatint/formats";
import type { RunFiles } from "aquatint/train";
import { zip } from "fflate";
import { withFreeLock } from "../../../engine/locks.ts";
import { once } from "../../model/lecture-model.ts";
import { type Drawing, writeDrawings } from "./drawings.ts";
import { NewsQueue, type TrainNews } from "./news.ts";
import { type DataName, digitPrompts, recipe } from "./recipe.ts";
import { openRunDatabase, type RunDatabase } from "./run-database.ts";
import { type SampleParams, type SampleState, sample } from "./sample.ts";
import { train } from "./train.ts";

/** Input of a training. */
export interface TrainParams {
  /** Goes on with the run that is saved; the rest is then of no effect but `minutes`. */
  readonly resume: boolean;
  readonly data: DataName;
  readonly drawings: readonly Drawing[];
  readonly minutes: number;
  readonly seed: number;
}

/** A run that this browser holds. */
export interface SavedRun {
  readonly data: DataName;
  readonly minutes: number;
  readonly seed: number;
  readonly prompts: readonly string[];
  /** The step of the newest checkpoint; 0 before the first. */
  readonly step: number;
  readonly seconds: number;
  readonly losses: readonly number[];
  /** The newest samples. */
  readonly samples: { readonly step: number; readonly images: readonly Image[] } | undefined;
  /** True if its length was reached. */
  readonly isDone: boolean;
}

interface StoredConfig {
  readonly dataset: { readonly name: string; readonly size: number };
  readonly training: { readonly minutes: number; readonly seed: number };
  readonly samples: { readonly prompts: readonly string[] };
}

const LOCK = "aquatint-lecture-training";
const database = once(openRunDatabase);
const textOf = async (files: RunFiles, path: string) => new TextDecoder().decode(await files.read(path));
const storedConfig = async (files: RunFiles) => JSON.parse(await textOf(files, "config.json")) as StoredConfig;
const numberIn = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 0);

/** The images of the newest grid, which has 8 in a row, each enlarged by 3, with gaps of 2 pixels. */
async function newestSamples(
  files: RunFiles,
  { count, side }: { readonly count: number; readonly side: number },
): Promise<SavedRun["samples"]> {
  const name = (await files.list("samples")).toSorted().at(-1);
  if (name === undefined) return undefined;
  const grid = decodePng(await files.read(`samples/${name}`));
  const [columns, scale, gap] = [8, 3, 2];
  const images = Array.from({ length: count }, (_, i): Image => {
    const [left, top] = [i % columns, Math.floor(i / columns)].map((at) => gap + at * (side * scale + gap)) as [
      number,
      number,
    ];
    const data = Uint8Array.from({ length: side * side * 3 }, (_, at) => {
      const [x, y] = [Math.floor(at / 3) % side, Math.floor(at / 3 / side)];
      return grid.data[((top + scale * y) * grid.width + left + scale * x) * grid.channels + (at % 3)] ?? 0;
    });
    return { width: side, height: side, channels: 3, data };
  });
  return { step: numberIn(name), images };
}

async function savedRun(files: RunFiles): Promise<SavedRun | undefined> {
  const checkpoints = await files.list("checkpoints");
  if (checkpoints.length === 0) return undefined;
  const step = Math.max(...checkpoints.map(numberIn));
  const config = await storedConfig(files);
  const lines = (await textOf(files, "metrics.jsonl")).split("\n").filter((line) => line !== "");
  const records = lines.map((line) => JSON.parse(line) as { step: number; loss: number; seconds: number });
  const savedRecords = records.filter((record) => record.step <= step);
  const { minutes, seed } = config.training;
  const { prompts } = config.samples;
  const seconds = savedRecords.at(-1)?.seconds ?? 0;
  const data = config.dataset.name === "digits" ? "digits" : "drawings";
  return {
    data,
    ...{ minutes, seed, prompts, step, seconds },
    losses: savedRecords.map(({ loss }) => loss),
    samples: await newestSamples(files, { count: prompts.length, side: config.dataset.size }),
    isDone: (await files.list(".")).includes("end.json"),
  };
}

/**
 * The configuration of a run: that of the saved one with another length, even if the page has another recipe by now; or a
 * new one, whose files replace all others.
 */
async function preparedRun(files: RunDatabase, params: TrainParams): Promise<unknown> {
  if (params.resume) {
    if ((await files.list("checkpoints")).length === 0)
      throw new AquatintError("train/no-checkpoint", "this browser holds no training to go on with");
    const config = await storedConfig(files);
    return { ...config, training: { ...config.training, minutes: params.minutes } };
  }
  await files.clear();
  const { data, drawings, minutes, seed } = params;
  if (data === "drawings") await writeDrawings(files, drawings);
  const prompts = data === "digits" ? digitPrompts : [...new Set(drawings.map(({ caption }) => caption))];
  return recipe({ data, minutes, seed, prompts });
}

/** Runs work unless another tab trains. @throws AquatintError "train/running" */
function alone<T>(work: () => Promise<T>): Promise<T> {
  return withFreeLock(LOCK, work, () => {
    throw new AquatintError("train/running", "another tab of this page is training", {
      hint: "pause it there, or close that tab",
    });
  });
}

const zipped = (files: Record<string, Uint8Array>): Promise<Uint8Array> =>
  new Promise((resolve, reject) =>
    zip(files, { level: 0, consume: true }, (error, bytes) => (error ? reject(error) : resolve(bytes))),
  );

/** What the page computes. */
export const jobs = {
  /** Trains; an abort saves the run before it ends. */
  async *train(params: TrainParams, signal: AbortSignal): AsyncGenerator<readonly TrainNews[]> {
    const queue = new NewsQueue();
    const stop = new AbortController();
    const pause = () => stop.abort(new DOMException("paused", "AbortError"));
    signal.addEventListener("abort", pause);
    const training = alone(async () => {
      const files = await database();
      const json = await preparedRun(files, params);
      await train({ files, json, resume: params.resume, signal: stop.signal }, queue);
    }).finally(() => queue.end());
    training.catch(() => {}); // awaited below
    try {
      yield* queue.batches();
    } finally {
      pause();
      await training;
    }
  },
  /** The run that this browser holds. */
  async *saved(_: Readonly<Record<string, never>>): AsyncGenerator<SavedRun | undefined> {
    yield await savedRun(await database());
  },
  /** Draws from the model of the newest checkpoint, step by step. */
  async *sample(params: SampleParams, signal: AbortSignal): AsyncGenerator<SampleState> {
    yield* sample(await database(), params, signal);
  },
  /** All files of the run as a zip archive. */
  async *archive(_: Readonly<Record<string, never>>): AsyncGenerator<Uint8Array> {
    const files = await database();
    const entries = await Promise.all(
      (await files.paths()).map(async (path) => [`${files.folder}/${path}`, await files.read(path)] as const),
    );
    yield await zipped(Object.fromEntries(entries));
  },
};
