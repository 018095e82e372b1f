import { AquatintError } from "../../errors.ts";
import { configKindsFor, parseTrainConfig, type TrainConfig } from "../config/config.ts";
import { stoppingCriteria } from "../loop/stopping.ts";
import type { TaskKinds } from "../tasks/registry.ts";
import { taskKindsFor } from "../tasks/task-kinds.ts";
import type { TrainingCheckpoint } from "./checkpoint.ts";
import { type Difference, differences } from "./differences.ts";
import type { FinishedRun, SessionData, SessionRecord } from "./events.ts";
import { isEndWritten, MODEL, type RunFiles, textOf } from "./run-folder.ts";

/** Fields that say where a run lies and how it was written down, and nothing of what it is. */
const UNRELATED = /^(\$schema|preset|output)$/;
/** Fields without effect on the weights. */
const HARMLESS = /^(checkpoint_minutes|keep_checkpoints|samples|evaluation|model\.generation)\b/;

/**
 * Change of a resumed run's configuration, as a sentence; undefined where
 * it does not. @throws AquatintError "train/changed" where the weights so far would mean nothing under it.
 */
export async function configChange(files: RunFiles, config: TrainConfig): Promise<string | undefined> {
  const text = await textOf(files, "config.json");
  if (text === "") return `${files.folder}/config.json is missing: nothing says whether the run was another one so far`;
  const changes = differences([await earlier(text), config]).filter(({ path }) => !UNRELATED.test(path));
  const kinds = await taskKindsFor(config.task);
  const binding = changes.filter((difference) => isBinding(difference, config, kinds));
  if (binding.length > 0) {
    throw new AquatintError("train/changed", `${files.folder} holds another run: ${listChanges(binding)}`, {
      hint: 'change it back, or begin a new run in another "output", with --init-from MODEL to begin with these weights',
    });
  }
  if (changes.length === 0) return undefined;
  const other = changes.some(({ path }) => !HARMLESS.test(path));
  const effect = other ? "; the weights will not be those of a run that was never stopped" : "";
  return `the configuration was changed: ${listChanges(changes)}${effect}`;
}

/** A configuration as this version reads it, defaults and all; as it stands where it cannot. */
async function earlier(text: string): Promise<unknown> {
  try {
    const json = JSON.parse(text);
    try {
      return parseTrainConfig(json, { name: "config.json", kinds: await configKindsFor(json) });
    } catch {
      return json;
    }
  } catch {
    return {};
  }
}

/** Tells whether weights of before mean nothing after a change: another task, kind of data, or model. */
function isBinding({ path, values }: Difference, { task }: TrainConfig, kinds: TaskKinds): boolean {
  if (path === "task" || path === "dataset.name") return true;
  const [, field] = /^model\.([^.[]+)/.exec(path) ?? [];
  if (field === undefined) return false;
  const { settled = [] } = kinds[task] ?? {};
  const bothNamed = values.every((value) => value !== undefined && /^"/.test(value));
  return !(HARMLESS.test(path) || (settled.includes(field) && path === `model.${field}` && bothNamed));
}

/** Most differences that are listed. */
const LISTED = 6;

const listChanges = (changes: readonly Difference[]): string => {
  const lines = changes.slice(0, LISTED).map(({ path, values: [before = "nothing", now = "nothing"] }) => {
    return `${path} from ${shorten(before)} to ${shorten(now)}`;
  });
  return [...lines, ...(changes.length > LISTED ? [`${changes.length - LISTED} more`] : [])].join(", ");
};

const shorten = (value: string): string => (value.length <= 60 ? value : `${value.slice(0, 59)}…`);

/** Result of a finished run from its checkpoint, where all of it is written. */
export async function finishedRun(
  files: RunFiles,
  { config, checkpoint }: { readonly config: TrainConfig; readonly checkpoint: TrainingCheckpoint },
): Promise<FinishedRun | undefined> {
  const { steps, minutes, plateau, warmup_steps: warmupSteps } = config.training;
  const { step, seconds, length: state } = checkpoint;
  const ended = stoppingCriteria({ steps, minutes, plateau, warmupSteps, seconds: () => seconds, state }).over(step);
  if (!ended || !(await isEndWritten(files, step))) return undefined;
  return { folder: files.folder, path: `${files.folder}/${MODEL}`, step, ended };
}

type RunHost = Pick<SessionRecord, "device" | "threads" | "machine">;
const threadsOf = ({ threads, machine }: RunHost): number | undefined => threads ?? machine?.cores;

/** Changes of the machine and of the data set's files since the last session, as sentences; none where nothing is known. */
export const sessionChanges = (before: SessionRecord | undefined, now: SessionRecord): readonly string[] =>
  [machineChange(before, now), dataChange(before?.data, now.data)].filter((change) => change !== undefined);

function machineChange(before: RunHost | undefined, now: RunHost): string | undefined {
  if (!before) return undefined;
  const [then, threads] = [threadsOf(before), threadsOf(now)];
  const changes = [
    ...(before.device === now.device ? [] : [`device from ${before.device} to ${now.device}`]),
    ...(then === undefined || threads === undefined || then === threads ? [] : [`threads from ${then} to ${threads}`]),
  ];
  if (changes.length === 0) return undefined;
  return `computed elsewhere than before: ${changes.join(", ")}; the weights are those of a run that was never stopped but for rounding`;
}

function dataChange(before: SessionData | undefined, now: SessionData | undefined): string | undefined {
  if (!before || !now || before.contents === now.contents) return undefined;
  const counts =
    before.images === now.images ? `${now.images} images` : `${before.images} images before, ${now.images} now`;
  return `the files of the data set were changed (${counts}); the weights will not be those of a run that was never stopped`;
}
