import { AquatintError } from "../errors.ts";
import type { HostTensor } from "../graph/types.ts";
import type { Program, State } from "../runtime/types.ts";
import { rateNames, type StepRates } from "./adamw.ts";
import type { Objective, Position } from "./objective.ts";
import { type RateOptions, ratesAt } from "./rates.ts";

/** What the loop runs. */
export interface TrainInput {
  readonly program: Program;
  readonly state: State;
  readonly objective: Pick<Objective, "next">;
  readonly rates: RateOptions;
  /** The last step that is already done. */
  readonly from?: number;
  readonly signal?: AbortSignal;
}

/** One finished step. */
export interface StepEvent {
  /** Counted from 1. */
  readonly step: number;
  readonly loss: number;
  /** Global norm of the gradients before clipping. */
  readonly gradNorm: number;
  readonly learningRate: number;
  /** Where the objective stands after this step: what a checkpoint must remember. */
  readonly position: Position;
}

const scalarFeed = (value: number): HostTensor => ({ dtype: "float32", shape: [], data: Float32Array.of(value) });
const rateFeeds = (rates: StepRates) =>
  Object.fromEntries(rateNames.map((name) => [`rate.${name}`, scalarFeed(rates[name])]));

/**
 * Repeat { batch; optimiser step } until `rates.steps`. The next batch is drawn while the worker computes.
 * @throws AquatintError "train/diverged" when the loss is no longer a number; the state then holds that step.
 */
export async function* train({
  program,
  state,
  objective,
  rates,
  from = 0,
  signal,
}: TrainInput): AsyncGenerator<StepEvent> {
  let upcoming = objective.next();
  for (let step = from + 1; step <= rates.steps; step++) {
    signal?.throwIfAborted();
    const { feeds, position } = await upcoming;
    const now = ratesAt(step, rates);
    const running = program.run({ ...feeds, ...rateFeeds(now) }, { state });
    upcoming = objective.next();
    upcoming.catch(() => {}); // awaited by the next step, which is where it throws
    const { loss, gradNorm } = await running;
    const event = { step, loss: Number(loss!.data[0]), gradNorm: Number(gradNorm!.data[0]) };
    if (!Number.isFinite(event.loss)) {
      throw new AquatintError("train/diverged", `the loss became ${event.loss} at step ${step}`, {
        hint: "resume from the last checkpoint with a lower learning rate, a longer warm-up or a smaller clip norm",
      });
    }
    yield { ...event, learningRate: now.learningRate, position };
  }
}
