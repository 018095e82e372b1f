import type { Tensor } from "../graph/tensor.ts";
import type { HostTensors } from "../graph/types.ts";

/** Where an objective's random draws and data stand, as JSON. */
export type Position = unknown;

/** The feeds of one step, and where the streams stand once they are drawn. */
export interface ObjectiveBatch {
  readonly feeds: HostTensors;
  readonly position: Position;
}

/** What is trained: a loss over named parameters, and the feeds that it wants at each step. The loop knows no more. */
export interface Objective {
  readonly loss: Tensor;
  readonly parameters: ReadonlyMap<string, Tensor>;
  next(): Promise<ObjectiveBatch>;
  /** Goes on from a position that `next` gave. */
  restore(position: Position): void;
}
