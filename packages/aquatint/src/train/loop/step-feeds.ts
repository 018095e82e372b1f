import type { HostTensor, HostTensors } from "../../graph/types.ts";
import type { LearningRateSchedule } from "./learning-rates.ts";
import type { ParameterGroup } from "./step-graph.ts";

/** Rate of the moving average of weights. */
export interface AverageRate {
  /** Steps that it looks back over: the decay is 1 - 1 / horizon. */
  readonly horizon: number;
  /** Follow closely at first, as diffusers' EMAModel does. */
  readonly warmup: boolean;
}

/** A group with the numbers that its updates follow from. */
export interface RatedGroup extends ParameterGroup {
  /** Highest learning rate. */
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly averageRate: AverageRate;
}

/** Position of a run at an update. */
export interface StepContext {
  /** Updates of these parameters with this one, from 1. */
  readonly update: number;
  /** The learning rate as a share of the highest. */
  readonly share: number;
}

/** The share of the highest learning rate at step 1 .. : a line up over the warm-up, then the schedule. */
export const rateShareAt = (
  step: number,
  { warmupSteps, schedule, progress }: { warmupSteps: number; schedule: LearningRateSchedule; progress: number },
): number => (step <= warmupSteps ? step / warmupSteps : schedule(Math.min(Math.max(progress, 0), 1)));

/** The decay of the moving average at update 1 .. : 0 at first, then longer up to its horizon. */
export function averageDecayAt(update: number, { horizon, warmup }: AverageRate): number {
  const full = 1 - 1 / horizon;
  if (!warmup) return full;
  return update <= 1 ? 0 : Math.min(full, update / (9 + update));
}

const scalar = (value: number): HostTensor => ({ dtype: "float32", shape: [], data: Float32Array.of(value) });

/** The feeds "rate.clip" and "rate.GROUP.NAME" that an update wants; no clipping where `clipNorm` is Infinity. */
export function rateFeeds(
  groups: readonly RatedGroup[],
  clipNorm: number,
  { update, share }: StepContext,
): HostTensors {
  const entries = groups.flatMap(({ name, optimizer, average, averageRate, learningRate, weightDecay }) => {
    const rates = optimizer.ratesAt({ learningRate: learningRate * share, weightDecay, update });
    const values = average ? { ...rates, average: averageDecayAt(update, averageRate) } : rates;
    return Object.entries(values).map(([rate, value]) => [`rate.${name}.${rate}`, scalar(value)] as const);
  });
  return { "rate.clip": scalar(clipNorm), ...Object.fromEntries(entries) };
}
