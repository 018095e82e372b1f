/** The clock of a run: its steps' pace, its time so far, and gaps in which the machine slept. */
export interface RunClock {
  /** Seconds of training so far, over all sessions, without gaps. */
  seconds(): number;
  /** To be called every few seconds, whatever the run does: a longer time without a call is a gap. */
  tick(): void;
  /** Begins to time a step; what came before it (samples, checkpoints) is work, but no step. */
  startLap(): void;
  /** Ends a step. `gap`: seconds that the machine slept since the last one. */
  lap(): { readonly seconds: number; readonly gap: number };
  /** Seconds until `steps` more are done at the pace of the last ones, with the share of work between them; undefined before the first. */
  secondsLeft(steps: number): number | undefined;
}

/** Sources of a clock; a monotonic time, which changes of the day's time do not move. */
export interface ClockOptions {
  /** Milliseconds. */
  readonly now?: () => number;
  /** Seconds of training before this session. */
  readonly before?: number;
}

/** Steps whose median is the pace. */
const RECENT = 101;
/** Seconds without a look at the clock that are a gap. Steps and samples are computed in a worker: they hold up no tick. */
const GAP = 60;

/** A clock that starts with the first step: loading is no training. */
export function runClock({ now = () => performance.now(), before = 0 }: ClockOptions = {}): RunClock {
  const awake = wakeClock(now);
  let start: number | undefined;
  let [lapStart, sleepReported, stepSeconds] = [awake.seconds(), 0, 0];
  let recent: readonly number[] = [];
  const elapsed = () => (start === undefined ? 0 : awake.seconds() - start);
  return {
    seconds: () => before + elapsed(),
    tick: () => void awake.seconds(),
    startLap() {
      lapStart = awake.seconds();
      start ??= lapStart;
    },
    lap() {
      const seconds = awake.seconds() - lapStart;
      const gap = awake.secondsAsleep() - sleepReported;
      sleepReported += gap;
      stepSeconds += seconds;
      recent = [...recent, seconds].slice(-RECENT);
      return { seconds, gap };
    },
    secondsLeft(steps) {
      const pace = median(recent);
      return pace === undefined ? undefined : (steps * pace * Math.max(elapsed(), stepSeconds)) / stepSeconds;
    },
  };
}

/** Seconds that pass while somebody looks, and those that were slept through. */
function wakeClock(now: () => number) {
  let [lastTick, sleepTime] = [now(), 0];
  return {
    seconds() {
      const time = now();
      if (time - lastTick > GAP * 1000) sleepTime += time - lastTick;
      lastTick = time;
      return (time - sleepTime) / 1000;
    },
    secondsAsleep: () => sleepTime / 1000,
  };
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
