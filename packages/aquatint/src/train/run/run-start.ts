import { AquatintError } from "../../errors.ts";
import type { TrainConfig } from "../config/config.ts";
import type { FinishedRun } from "./events.ts";
import { configChange, finishedRun } from "./resume.ts";
import { checkpointNames, newestCheckpoint, type RunFiles, type StartingPoint } from "./run-folder.ts";

/** Start of a run. */
export interface RunStart {
  /** The checkpoint to go on from; none for a fresh run. */
  readonly start?: StartingPoint;
  /** Difference of the configuration from that of the checkpoint, as a sentence. */
  readonly change?: string | undefined;
  /** The result, where nothing is left to do. */
  readonly finished?: FinishedRun | undefined;
}

/**
 * Start of a run in these files: fresh, or from its newest checkpoint.
 * @throws AquatintError "train/exists" where a run would be overwritten, "train/no-checkpoint", "train/changed"
 */
export async function runStart(
  { files, config }: { readonly files: RunFiles; readonly config: TrainConfig },
  { resume }: { readonly resume?: boolean | undefined } = {},
): Promise<RunStart> {
  if (!resume) {
    await expectNoRun(files);
    return {};
  }
  const start = await newestCheckpoint(files);
  const change = await configChange(files, config);
  return { start, change, finished: await finishedRun(files, { config, checkpoint: start.checkpoint }) };
}

async function expectNoRun(files: RunFiles): Promise<void> {
  const newest = (await checkpointNames(files)).at(-1);
  if (newest === undefined) return;
  throw new AquatintError("train/exists", `${files.folder} already holds a run (${newest})`, {
    hint: 'go on with --resume, or give the configuration another "output"',
  });
}
