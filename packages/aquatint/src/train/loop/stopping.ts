/** When a run ends: at whichever of these comes first. */
export interface StoppingOptions {
  readonly steps?: number | undefined;
  /** Minutes of training, over all sessions. */
  readonly minutes?: number | undefined;
  readonly plateau?: PlateauOptions | undefined;
}

/** A loss that no longer falls. */
export interface PlateauOptions {
  /** Steps that the moving average of the loss looks back over. */
  readonly window: number;
  /** Steps without a new lowest average after which the run ends. */
  readonly patience: number;
  /** Share by which an average must be lower to count. */
  readonly improvement: number;
}

/** Why a run ended. */
export type EndReason = "steps" | "minutes" | "plateau";

/** State of the stopping criteria, as JSON. */
export interface StoppingState {
  readonly count: number;
  readonly average: number;
  readonly lowest: number;
  readonly lowestStep: number;
}

/** Follows a run and says how far it is. */
export interface StoppingCriteria {
  /** Share of the run that is done before step `step` ends, in 0 .. 1; counted from the end of the warm-up by steps. */
  progress(step: number): number;
  /** Why the run ends after this step; undefined while it goes on. */
  ended(step: number, loss: number): EndReason | undefined;
  /** Why the run is over after a step that was made before; undefined while more steps follow. */
  over(step: number): EndReason | undefined;
  snapshot(): StoppingState;
}

/** Input of the stopping criteria. */
export interface StoppingInput extends StoppingOptions {
  readonly warmupSteps: number;
  /** Seconds of training so far, over all sessions. */
  readonly seconds: () => number;
  readonly state?: StoppingState | undefined;
}

const initialState: StoppingState = { count: 0, average: 0, lowest: Number.MAX_VALUE, lowestStep: 0 };

/** The length of a run; with only a plateau the progress stays 0. */
export function stoppingCriteria({
  steps,
  minutes,
  plateau,
  warmupSteps,
  seconds,
  state = initialState,
}: StoppingInput): StoppingCriteria {
  let now = state;
  const timeShare = () => (minutes === undefined ? 0 : seconds() / (60 * minutes));
  const over = (step: number): EndReason | undefined => {
    if (steps !== undefined && step >= steps) return "steps";
    if (timeShare() >= 1) return "minutes";
    return plateau && step - now.lowestStep >= plateau.patience ? "plateau" : undefined;
  };
  return {
    progress(step) {
      const byStep = steps === undefined ? 0 : (step - warmupSteps) / Math.max(steps - warmupSteps, 1);
      return Math.min(Math.max(byStep, timeShare(), 0), 1);
    },
    ended(step, loss) {
      if (plateau) now = withLoss(now, { step, loss, plateau });
      return over(step);
    },
    over,
    snapshot: () => now,
  };
}

/** The moving average with a loss in it: the plain mean until the window is full. */
function withLoss(
  { count, average, lowest, lowestStep }: StoppingState,
  { step, loss, plateau }: { step: number; loss: number; plateau: PlateauOptions },
): StoppingState {
  const next = { count: count + 1, average: average + (loss - average) / Math.min(count + 1, plateau.window) };
  const lower = next.count < plateau.window || next.average < lowest * (1 - plateau.improvement);
  return lower ? { ...next, lowest: next.average, lowestStep: step } : { ...next, lowest, lowestStep };
}
