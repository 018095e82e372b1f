import cliProgress from "cli-progress";
import { duration } from "../../util/words.ts";
import type { Output } from "../io.ts";

/** Shows how far a long task has come. */
export interface Progress {
  /** @param text what stands beside the count: a loss, a rate. @param seconds left to the end, where the caller knows better than the mean rate. */
  update(done: number, text?: string, seconds?: number): void;
  /** Clears the terminal's line for other output, until the next update; callers call it in `finally`. */
  hide(): void;
}

/** Options of a progress bar. */
export interface ProgressOptions {
  readonly stream: Output;
  /** Amount of work; absent where nobody knows. */
  readonly total?: number | undefined;
  /** Amount done before this run. */
  readonly start?: number;
  /** Unit of the count: "steps". */
  readonly unit: string;
  readonly quiet?: boolean;
  /** Lines on a terminal too. */
  readonly plain?: boolean;
  /** Seconds between two lines where `stream` is no terminal. */
  readonly everySeconds?: number;
}

/** A bar on a terminal; a line now and then elsewhere, nothing where it should be quiet. */
export function createProgress(options: ProgressOptions): Progress {
  if (options.quiet) return { update() {}, hide() {} };
  return options.stream.isTTY && !options.plain ? bar(options) : lines(options);
}

function bar({ stream, total, start = 0, unit }: ProgressOptions): Progress {
  const remaining = timeLeft(start, total);
  let now: { done: number; text: string; seconds: number | undefined } = { done: start, text: "", seconds: undefined };
  const drawn = new cliProgress.SingleBar({
    stream,
    clearOnComplete: true,
    linewrap: true, // cuts the line at the terminal's width
    gracefulExit: false, // signals belong to the command
    barsize: 24,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    format: (drawing, { progress }) =>
      described([
        total === undefined ? "" : cliProgress.Format.BarFormat(progress, drawing),
        counted(now.done, total, unit),
        now.text,
        remaining(now.done, now.seconds),
      ]),
  });
  const end = total ?? Number.MAX_SAFE_INTEGER;
  drawn.start(end, start);
  return {
    update(done, text = "", seconds) {
      now = { done, text, seconds };
      if (drawn.isActive) drawn.update(done);
      else drawn.start(end, done);
    },
    hide: () => drawn.stop(),
  };
}

/** Text beside a bar: the count, a text, the time that is left. */
export function progressText({ total, start = 0, unit }: Pick<ProgressOptions, "total" | "start" | "unit">) {
  const remaining = timeLeft(start, total);
  return (done: number, text = "", seconds?: number): string => {
    return described([counted(done, total, unit), text, remaining(done, seconds)]);
  };
}

function lines({ stream, total, start = 0, unit, everySeconds = 20 }: ProgressOptions): Progress {
  const described = progressText({ total, start, unit });
  let last = performance.now();
  return {
    update(done, text = "", seconds) {
      const line = described(done, text, seconds);
      if (performance.now() - last < everySeconds * 1000) return;
      last = performance.now();
      stream.write(`${line}\n`);
    },
    hide() {},
  };
}

const counted = (done: number, total: number | undefined, unit: string): string =>
  total === undefined ? `${done} ${unit}` : `${done}/${total} ${unit}`;

const described = (parts: readonly string[]): string => parts.filter(Boolean).join("  ");

/** Says the time that is left, as it is known or from the mean rate since the first thing was done (loading comes before it). */
function timeLeft(start: number, total = 0): (done: number, estimate?: number) => string {
  let first: { readonly done: number; readonly time: number } | undefined;
  return (done, estimate) => {
    if (estimate !== undefined) return estimate > 0 ? `${duration(estimate)} left` : "";
    if (done > start) first ??= { done, time: performance.now() };
    if (!first || done <= first.done || done >= total) return "";
    const seconds = (performance.now() - first.time) / 1000;
    return `${duration(((total - done) * seconds) / (done - first.done))} left`;
  };
}
