/** The clock of a run: its steps' pace, its time so far, and gaps in which the machine slept. */
export interface RunClock {
  /** Seconds of training so far, over all sessions, without gaps. */
  seconds(): number;
  /** Begins to time a step; what came before it (samples, checkpoints) is work, but no step. */
  begin(): void;
  /** Ends a step. */
  lap(): { readonly seconds: number; readonly gap: number };
  /** Seconds until `steps` more are done at the pace of the last ones, with the share of work between them; undefined before the first. */
  left(steps: number): number | undefined;
}

/** What a clock reads; a monotonic time, which changes of the day's time do not move. */
export interface ClockOptions {
  /** Milliseconds. */
  readonly now?: () => number;
  /** Seconds of training before this session. */
  readonly before?: number;
}

/** Steps whose median is the pace. */
const RECENT = 101;
/** A step is a gap where it took longer than this in seconds, and so many times the pace. */
const GAP = { seconds: 60, paces: 10 };

/** A clock that starts with the first step: loading is no training. */
export function runClock({ now = () => performance.now(), before = 0 }: ClockOptions = {}): RunClock {
  let start: number | undefined;
  let [begun, asleep, stepping] = [now(), 0, 0];
  let recent: readonly number[] = [];
  const passed = () => (start === undefined ? 0 : (now() - start) / 1000 - asleep);
  return {
    seconds: () => before + passed(),
    begin() {
      begun = now();
      start ??= begun;
    },
    lap() {
      const took = (now() - begun) / 1000;
      const pace = median(recent);
      const slept = pace !== undefined && took > GAP.seconds && took > GAP.paces * pace;
      const seconds = slept ? pace : took;
      const gap = took - seconds;
      begun = now();
      asleep += gap;
      stepping += seconds;
      recent = [...recent, seconds].slice(-RECENT);
      return { seconds, gap };
    },
    left(steps) {
      const pace = median(recent);
      return pace === undefined ? undefined : (steps * pace * Math.max(passed(), stepping)) / stepping;
    },
  };
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
