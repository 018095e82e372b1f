import { z } from "zod";
import { messageOf } from "../errors.ts";
import type { EndReason } from "../train/loop/stopping.ts";
import type { EvaluationRecord, SessionRecord, StepRecord } from "../train/run/events.ts";
import { logs, newestStep, type RunFiles, type StepFile, sampleFiles, textOf } from "../train/run/run-folder.ts";
import { movingAverage } from "./series.ts";

/** Configuration of a run that is listed; all else is shown as it is. */
const runConfig = z.looseObject({
  task: z.string().default("denoising"),
  dataset: z.looseObject({ name: z.string() }),
  training: z.looseObject({
    steps: z.number().optional(),
    minutes: z.number().optional(),
    batch_size: z.number(),
  }),
});
/** A configuration as a run's folder holds it. */
export type RunConfig = z.output<typeof runConfig>;

/** All that a run's folder tells. */
export interface RunData {
  readonly folder: string;
  readonly config: RunConfig;
  /** Its beginning, and each time that it was resumed; none where the run is older than this record. */
  readonly sessions: readonly SessionRecord[];
  readonly steps: readonly StepRecord[];
  readonly evaluations: readonly EvaluationRecord[];
  readonly samples: readonly StepFile[];
  /** Step of the newest checkpoint. */
  readonly checkpoint: number | undefined;
  /** One sentence for each line that could not be read. */
  readonly problems: readonly string[];
}

const numbers = z.record(z.string(), z.number());
const stepRecord = z.looseObject({ step: z.int(), loss: z.number(), metrics: numbers.default({}) });
const evaluationRecord = z.looseObject({ step: z.int(), metrics: numbers });
const sessionRecord = z.looseObject({ started: z.iso.datetime(), step: z.int() });

/** Reads a run's folder; undefined where it is none, which its `config.json` decides. A run that is being written is read too. */
export async function readRun(files: RunFiles): Promise<RunData | undefined> {
  const config = runConfig.safeParse(parsed(await textOf(files, "config.json")));
  if (!config.success) return undefined;
  const problems: string[] = [];
  const read = async <T>(path: string, schema: z.ZodType): Promise<readonly T[]> => {
    const { records, broken } = recordsIn<T>(await textOf(files, path), schema);
    if (broken > 0) problems.push(`${files.folder}/${path}: ${broken} lines are left out, which are no records`);
    return records;
  };
  return {
    folder: files.folder,
    config: config.data,
    sessions: await read<SessionRecord>(logs.sessions, sessionRecord),
    steps: await read<StepRecord>(logs.metrics, stepRecord),
    evaluations: await read<EvaluationRecord>(logs.evaluations, evaluationRecord),
    samples: await sampleFiles(files),
    checkpoint: await newestStep(files),
    problems,
  };
}

/** The records of a text; its last line may be half written, and is left out until it is whole. */
function recordsIn<T>(text: string, schema: z.ZodType): { readonly records: readonly T[]; readonly broken: number } {
  const lines = text.split("\n").slice(0, -1);
  const results = lines.map((line) => schema.safeParse(parsed(line)));
  const records = results.flatMap(({ success, data }) => (success ? [data as T] : []));
  return { records, broken: lines.length - records.length };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return messageOf(error);
  }
}

/** State of a run: it trains, it has come to its end, or it can be resumed. */
export type RunState = "running" | "done" | "stopped";

/** A run in one line. */
export interface RunSummary {
  /** Its folder from where the runs were looked for. */
  readonly name: string;
  readonly folder: string;
  readonly state: RunState;
  readonly task: string;
  readonly dataset: string;
  readonly step: number;
  /** Number of steps at the end. */
  readonly steps: number | null;
  readonly batchSize: number;
  /** Moving average of the loss; null before the first step. */
  readonly loss: number | null;
  /** Minutes of training, over all sessions. */
  readonly minutes: number;
  /** Until its end by its last word; null where that is not known, 0 where it is done. */
  readonly minutesLeft: number | null;
  readonly ended: EndReason | null;
  /** Its figures at the newest evaluation. */
  readonly evaluation: EvaluationRecord | null;
  /** When it was begun, ISO 8601; null for runs that do not record it. */
  readonly started: string | null;
}

/** A run in one line. It is done where its last step says so and has its checkpoint; `held` is whether a process trains in it. */
export function summaryOf(
  run: RunData,
  { name, locked }: { readonly name: string; readonly locked: boolean },
): RunSummary {
  const { config, steps, checkpoint } = run;
  const last = steps.at(-1);
  const ended = last?.ended && checkpoint === last.step ? last.ended : null;
  const average = movingAverage();
  const loss = steps.reduce<number | null>((_, step) => average(step.loss), null);
  const remainingSeconds = ended ? 0 : last?.secondsLeft;
  return {
    name,
    folder: run.folder,
    state: ended ? "done" : locked ? "running" : "stopped",
    task: config.task,
    dataset: config.dataset.name,
    step: last?.step ?? 0,
    steps: config.training.steps ?? null,
    batchSize: config.training.batch_size,
    loss,
    minutes: (last?.seconds ?? 0) / 60,
    minutesLeft: remainingSeconds === undefined ? null : remainingSeconds / 60,
    ended,
    evaluation: run.evaluations.at(-1) ?? null,
    started: run.sessions[0]?.started ?? null,
  };
}
