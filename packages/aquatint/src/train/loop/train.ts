import { AquatintError } from "../../errors.ts";
import type { HostTensors } from "../../graph/types.ts";
import { describeNonFinite, type NonFinite } from "../../runtime/non-finite.ts";
import { itemAt, lookup } from "../../util/items.ts";
import type { EndReason, StoppingCriteria } from "./stopping.ts";
import type { StreamState, TaskBatch } from "./task.ts";

/** One optimizer step of a phase, ready to run; a step of the run is one round of all its turns. */
export interface PhaseStep {
  /** Prefix of its metrics' names; empty for a task of one turn. */
  readonly prefix: string;
  next(): Promise<TaskBatch>;
  /** Makes the update. Results: `loss` and `gradNorm`, and the phase's own. */
  run(feeds: HostTensors, at: Moment): Promise<HostTensors>;
  /** Finds the first value of that update that is not finite. */
  diagnose?(feeds: HostTensors, at: Moment): Promise<NonFinite | undefined>;
}

/** Which step an update belongs to, and the learning rate there as a share of the highest. */
export interface Moment {
  readonly step: number;
  readonly share: number;
}

/** Input of the loop. */
export interface TrainInput {
  readonly phaseSteps: readonly PhaseStep[];
  readonly stopping: Pick<StoppingCriteria, "progress" | "ended" | "over">;
  /** The learning rate at a step, as a share of the highest. */
  readonly rateShare: (step: number, progress: number) => number;
  /** The last step that is already done. */
  readonly from?: number;
  readonly signal?: AbortSignal | undefined;
}

/** One finished step. */
export interface StepEvent {
  /** Counted from 1. */
  readonly step: number;
  /** Loss of the last turn. */
  readonly loss: number;
  /** Global norm of the gradients before clipping, of the last turn. */
  readonly gradNorm: number;
  /** The learning rate as a share of the highest. */
  readonly rateShare: number;
  /** Share of the run that was done before this step. */
  readonly progress: number;
  /** Metrics of the phases beside the loss. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Position of the task's streams after this step: what a checkpoint must remember. */
  readonly position: StreamState;
  /** Why the run ends here; absent before its last step. */
  readonly ended?: EndReason | undefined;
}

/**
 * Repeat { for each turn: batch; optimizer step } until the run's length; no step where that is reached. The next batch is drawn while the worker computes.
 * @throws AquatintError "train/diverged" when a loss or a gradient is no longer a number: it names the node where that began, and
 * the state keeps the step before.
 */
export async function* train({
  phaseSteps,
  stopping,
  rateShare,
  from = 0,
  signal,
}: TrainInput): AsyncGenerator<StepEvent> {
  if (stopping.over(from)) return;
  let upcoming = itemAt(phaseSteps, 0).next();
  for (let step = from + 1; ; step++) {
    const progress = stopping.progress(step);
    const share = rateShare(step, progress);
    const metrics: Record<string, number> = {};
    let last: { loss: number; gradNorm: number; position: StreamState } | undefined;
    for (const [i, phaseStep] of phaseSteps.entries()) {
      signal?.throwIfAborted();
      const { feeds, position, report } = await upcoming;
      const running = phaseStep.run(feeds, { step, share });
      upcoming = itemAt(phaseSteps, (i + 1) % phaseSteps.length).next();
      upcoming.catch(() => {}); // awaited by the next turn, which is where it throws
      const results = await running;
      const numbers = {
        loss: Number(lookup(results, "loss").data[0]),
        gradNorm: Number(lookup(results, "gradNorm").data[0]),
      };
      last = { ...numbers, position };
      const reported = { ...(phaseStep.prefix && numbers), ...report?.(results) };
      for (const [name, value] of Object.entries(reported)) metrics[phaseStep.prefix + name] = value;
      const broken = Object.entries(numbers).find(([, value]) => !Number.isFinite(value));
      if (broken) {
        const what = `${phaseStep.prefix}${broken[0]} became ${broken[1]} at step ${step}`;
        throw diverged(what, await phaseStep.diagnose?.(feeds, { step, share }).catch(() => undefined));
      }
    }
    const ended = stopping.ended(step, last!.loss);
    yield { step, ...last!, rateShare: share, progress, metrics, ended };
    if (ended) return;
  }
}

// A probe that fails itself, for want of memory say, must not hide what it was to explain.
const diverged = (what: string, failure: NonFinite | undefined) =>
  new AquatintError("train/diverged", failure ? `${what}: ${describeNonFinite(failure)}` : what, {
    hint: "resume from the last checkpoint with a lower learning rate, a longer warm-up or a smaller clip norm",
  });
