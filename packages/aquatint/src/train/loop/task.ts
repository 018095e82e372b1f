import type { ParameterBinding } from "../../compiler/compile.ts";
import type { Image } from "../../formats/image/image.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { HostTensor, HostTensors } from "../../graph/types.ts";
import type { State } from "../../runtime/types.ts";

/** Position of a task's random draws and data, as JSON. */
export type StreamState = unknown;

/** Feeds of one optimizer step of a phase, and the position of the task's streams after it is drawn. */
export interface TaskBatch {
  /** Feeds of the phase's graph; one whose first axis counts samples holds `batchSize` of them, however they are cut. */
  readonly feeds: HostTensors;
  readonly position: StreamState;
  /** Numbers for the metrics, by name, from the results of the whole batch. */
  readonly report?: (results: HostTensors) => Readonly<Record<string, number>>;
}

/** A phase's training settings in place of the configuration's own; what is left out stays. */
export interface PhaseTraining {
  /** An optimizer's configuration: `{ "name": "adam", "beta1": 0 }`. */
  readonly optimizer?: unknown;
  readonly learningRate?: number;
  readonly weightDecay?: number;
  /** False: no moving average of these weights is kept. */
  readonly average?: boolean;
}

/** A loss and the parameters that it updates: one for most tasks, critic and generator for adversarial ones. */
export interface Phase {
  readonly name: string;
  /** A scalar over a graph whose samples are `microBatchSize`. */
  readonly loss: Tensor;
  /** Results beside the loss: scalars (averaged over a batch), or values a sample along the first axis (joined). */
  readonly results?: Readonly<Record<string, Tensor>>;
  /** Which of the task's parameters it updates, by name; all when absent. Frozen ones never are. */
  readonly updates?: (name: string) => boolean;
  /** Optimizer steps in each step of the run. */
  readonly repeat?: number;
  readonly training?: PhaseTraining;
  next(): Promise<TaskBatch>;
}

/** The weights of a run as they stand: moving averages where there are any, else the weights themselves. */
export interface TrainedWeights {
  readonly state: State;
  /** Binds every parameter of the task, for programs that run on `state`. */
  readonly parameters: ParameterBinding;
  /** Copies them out, by the task's names. */
  read(): Promise<ReadonlyMap<string, HostTensor>>;
}

/** Outputs of the weights while a run goes on. */
export interface TaskOutputs extends AsyncDisposable {
  /** Images to look at, always of the same seeds. */
  samples?(): Promise<readonly Image[]>;
  /** Numbers on data that is not trained on, by name. */
  evaluate?(): Promise<Readonly<Record<string, number>>>;
  /** The files of the model's folder, by their paths in it. */
  modelFiles(): Promise<ReadonlyMap<string, Uint8Array | string>>;
}

/** A trainable task. The loop, its checkpoints and its folder know no more of a model than this. */
export interface Task {
  /** Every parameter that lives in the run's state, by the name that it has in checkpoints. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** Patterns of parameters that this task never updates, beside those that the configuration freezes. */
  readonly frozen?: readonly string[];
  /** Run in this order in each step. */
  readonly phases: readonly Phase[];
  /** Texts settled when the run began (a vocabulary): checkpoints hold them, and a resumed run is given them. */
  readonly assets?: Readonly<Record<string, string>>;
  /** First values of some or all parameters; the others are drawn. Not asked for where a checkpoint has them. */
  initial?(): Promise<ReadonlyMap<string, HostTensor>>;
  /** Goes on from a position that a batch told. */
  restore(position: StreamState): void;
  /** Outputs of `weights`; nothing is loaded before it is asked for. */
  outputs(weights: TrainedWeights): TaskOutputs;
}
