import { dirname, resolve } from "node:path";
import { didYouMean } from "aquatint/math";
import { openRun, readText, readTrainConfig } from "aquatint/node";
import type { TrainConfig } from "aquatint/train";
import { AquatintError, messageOf } from "aquatint/util";
import { type ComparisonConfig, parseComparison } from "./config.ts";
import { modelKinds } from "./kinds/registry.ts";
import { canonical } from "./same.ts";

/** A training run that a comparison needs. */
export interface NeededRun {
  readonly name: string;
  /** File of its configuration. */
  readonly path: string;
  readonly config: TrainConfig;
  /** The folder of the model that it writes. */
  readonly model: string;
}

/** A comparison that was read and checked. */
export interface Comparison {
  readonly config: ComparisonConfig;
  readonly judge: NeededRun;
  /** In the order of `config.models`. */
  readonly models: readonly NeededRun[];
}

/** Reads a comparison and the configurations that it names. @throws AquatintError where one is missing or they do not fit. */
export async function openComparison(path: string): Promise<Comparison> {
  const config = parseComparison(await readJson(path), { name: path });
  const needed = async (name: string, file: string): Promise<NeededRun> => {
    const configPath = resolve(dirname(path), file);
    const train = await readTrainConfig(configPath);
    return { name, path: configPath, config: train, model: resolve(train.output, "model") };
  };
  const judge = await needed("judge", config.judge);
  const models: NeededRun[] = [];
  for (const { name, config: file } of config.models) models.push(await needed(name, file));
  checkTask(judge, ["classification"]);
  for (const model of models) {
    checkTask(model, Object.keys(modelKinds));
    checkData(model, judge);
  }
  return { config, judge, models };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readText(path));
  } catch (cause) {
    if (cause instanceof AquatintError) throw cause;
    throw new AquatintError("config/json", `${path} is not JSON: ${messageOf(cause)}`, { cause });
  }
}

function checkTask({ path, config: { task } }: NeededRun, tasks: readonly string[]): void {
  if (tasks.includes(task)) return;
  throw new AquatintError("compare/task", `${path} is of the task "${task}", expected ${tasks.join(" or ")}`, {
    hint: didYouMean(task, tasks) ?? "docs/comparison.md says what can be compared",
  });
}

function checkData(model: NeededRun, judge: NeededRun): void {
  if (canonical(model.config.dataset) === canonical(judge.config.dataset)) return;
  throw new AquatintError("compare/data", `${model.path} and ${judge.path} are of different data`, {
    hint: 'give all configurations of a comparison the same "dataset"',
  });
}

/** A run that has to be trained first, or to go on. */
export interface Untrained extends NeededRun {
  readonly resume: boolean;
}

/** The runs of a comparison that have not come to their end, the judge's first. */
export async function untrainedRuns({ judge, models }: Comparison): Promise<readonly Untrained[]> {
  const untrained: Untrained[] = [];
  for (const needed of [judge, ...models]) {
    const run = await openRun(needed.config.output, needed.name);
    if (run?.summary.state === "done") continue;
    if (run?.summary.state === "running") {
      throw new AquatintError("compare/running", `${needed.config.output} is being trained by another process`, {
        hint: "wait until it is done",
      });
    }
    untrained.push({ ...needed, resume: run?.run.checkpoint !== undefined });
  }
  return untrained;
}
