import type { StepRecord } from "../train/run/events.ts";
import type { Point } from "./series.ts";

/** A number of each step that has it. */
export const pointsOf = (
  steps: readonly StepRecord[],
  value: (record: StepRecord) => number | undefined,
): readonly Point[] =>
  steps.flatMap((record) => {
    const y = value(record);
    return y === undefined ? [] : [{ step: record.step, value: y }];
  });

/** The loss of each step. */
export const losses = (steps: readonly StepRecord[]): readonly Point[] => pointsOf(steps, ({ loss }) => loss);
