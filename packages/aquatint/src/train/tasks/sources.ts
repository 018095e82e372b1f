import type { DataStream, Dataset, StreamState } from "../../data/dataset.ts";
import { type RandomState, type RandomStream, restoreTorchCpu, torchCpu } from "../../math/random.ts";

/** A run's samples and random draws, which stand and go on together. */
export interface Sources {
  readonly stream: DataStream<unknown>;
  readonly draws: RandomStream;
  /** Position of both, as JSON. */
  position(): unknown;
  /** Goes on from such a position. */
  restore(position: unknown): void;
}

interface SourcesPosition {
  readonly data: StreamState;
  readonly draws: RandomState;
}

/** The sources of a task whose batches each come from one stream of the data set, with draws of the same seed. */
export function sourcesOf({ dataset, seed }: { readonly dataset: Dataset; readonly seed: number }): Sources {
  const stream = dataset.stream({ seed });
  let draws = torchCpu(seed);
  return {
    stream,
    get draws() {
      return draws;
    },
    position: (): SourcesPosition => ({ data: stream.snapshot(), draws: draws.snapshot() }),
    restore(position) {
      const { data, draws: drawn } = position as SourcesPosition;
      stream.restore(data);
      draws = restoreTorchCpu(drawn);
    },
  };
}

/** Seed of the images and the noise that evaluations look at, so that all runs are judged by the same. */
export const EVALUATION_SEED = 1_000_003;

/** Tells whether training leaves anything for evaluations to look at; a folder may be too small for that. */
export const holdsOut = ({ report }: Dataset): boolean => report?.counts["held-out"] !== 0;

/** The first `count` samples that evaluations look at, from what training never sees, or from all where that is nothing. */
export const evaluationSamples = (dataset: Dataset, count: number) =>
  dataset.stream({ seed: EVALUATION_SEED, split: holdsOut(dataset) ? "held-out" : "train" }).next(count);
