import { type Latent, logSnr, noised } from "aquatint/diffusion";
import { torchCpu } from "aquatint/math";
import {
  type DrawnCurve,
  type LectureScheduleName,
  lectureScheduleNames,
  STEPS,
  scheduleOf,
} from "../../input/schedule.ts";

/** A schedule as lines of a chart. */
export interface ScheduleCurves {
  readonly name: LectureScheduleName;
  readonly alphaBar: readonly number[];
  /** null where it is infinite. */
  readonly logSnr: readonly (number | null)[];
}

/** Points of each line, and their t / T. */
const POINTS = 200;
const times = Array.from({ length: POINTS + 1 }, (_, i) => (i * STEPS) / POINTS);

/** What the figures compute. */
export const jobs = {
  /** alphaBar and the log-SNR of every schedule over t / T. */
  *curves({ drawn }: { readonly drawn: DrawnCurve }): Generator<readonly ScheduleCurves[]> {
    yield lectureScheduleNames.map((name) => {
      const schedule = scheduleOf({ name, drawn });
      const logSnrs = times.map((t) => logSnr(schedule.level(t)));
      return {
        name,
        alphaBar: times.map(schedule.alphaBar),
        logSnr: logSnrs.map((value) => (Number.isFinite(value) ? value : null)),
      };
    });
  },
  /** The same image and the same noise at the same times under every schedule. */
  *strips({ values, drawn, at }: StripsParams): Generator<readonly ScheduleStrip[]> {
    const eps = torchCpu(0).randn(values.length);
    yield lectureScheduleNames.map((name) => {
      const schedule = scheduleOf({ name, drawn });
      return { name, images: at.map((t) => noised(schedule.level(t), { x0: values, eps })) };
    });
  },
};

/** Input of the strips. */
export interface StripsParams {
  /** x_0, numbers in -1 .. 1. */
  readonly values: Float32Array;
  readonly drawn: DrawnCurve;
  readonly at: readonly number[];
}

/** The image at some times of a schedule. */
export interface ScheduleStrip {
  readonly name: LectureScheduleName;
  readonly images: readonly Latent[];
}

/** t / T of each point of the lines. */
export const curveTimes: readonly number[] = times.map((t) => t / STEPS);
