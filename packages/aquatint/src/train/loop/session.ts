import { type HostTensors, sizeOf } from "../../graph/types.ts";
import { torchCpu } from "../../math/random.ts";
import { initialize } from "../../nn/init.ts";
import { expectKeys } from "../../nn/module.ts";
import type { Runtime, State } from "../../runtime/types.ts";
import { lookup } from "../../util/items.ts";
import type { TrainConfig } from "../config/config.ts";
import type { Training } from "../config/training.ts";
import type { TrainingCheckpoint } from "../run/checkpoint.ts";
import { createLearningRateSchedule } from "./learning-rates.ts";
import { groupsOf } from "./parameter-groups.ts";
import { type CompiledPhase, compilePhase } from "./phase-program.ts";
import { type RatedGroup, rateShareAt } from "./step-feeds.ts";
import { firstState, gradientSums, slots } from "./step-graph.ts";
import { type EndReason, type StoppingCriteria, stoppingCriteria } from "./stopping.ts";
import type { Phase, Task, TaskOutputs, TrainedWeights } from "./task.ts";
import { type StepEvent, train } from "./train.ts";

/** A task in training: everything of a run but its folder. */
export interface TrainingSession extends AsyncDisposable {
  readonly parameterCount: number;
  /** Outputs of the weights at this moment. */
  readonly outputs: TaskOutputs;
  /** Why the run is over before this session's first step; undefined while there are steps to make. */
  readonly over: EndReason | undefined;
  /** Trains from the session's start to the run's end. */
  steps(options?: { readonly signal?: AbortSignal }): AsyncGenerator<StepEvent>;
  /** Content of a checkpoint beside a step's own: every tensor of the state, and what the run remembers. */
  remembered(): Promise<Pick<TrainingCheckpoint, "tensors" | "length" | "assets">>;
}

/** Input of a session. */
export interface SessionInput {
  readonly config: Pick<TrainConfig, "training">;
  readonly task: Task;
  readonly runtime: Runtime;
  /** Checkpoint to resume from. */
  readonly checkpoint?: TrainingCheckpoint | undefined;
  /** Seconds of training so far, over all sessions; a run that ends after minutes follows it. */
  readonly seconds?: () => number;
}

/** Draws or restores the state of a task and compiles its phases. */
export async function openSession(input: SessionInput): Promise<TrainingSession> {
  const { config, task, runtime, checkpoint, seconds = () => 0 } = input;
  const { training } = config;
  const groups = groupsOf(task, training);
  if (checkpoint) task.restore(checkpoint.position);
  const state = await runtime.createState(await stateOf(input, [...groups.values()].flat()));
  const phases: CompiledPhase[] = [];
  for (const phase of task.phases) phases.push(await compilePhaseOf(phase, { task, training, runtime, state, groups }));
  const { steps, minutes, plateau, warmup_steps: warmupSteps } = training;
  const stopping = stoppingCriteria({ steps, minutes, plateau, warmupSteps, seconds, state: checkpoint?.length });
  return session({ ...input, state, phases, stopping, groups });
}

interface Compiling {
  readonly task: Task;
  readonly training: Training;
  readonly runtime: Runtime;
  readonly state: State;
  readonly groups: ReadonlyMap<Phase, readonly RatedGroup[]>;
}

function compilePhaseOf(phase: Phase, { task, training, runtime, state, groups }: Compiling): Promise<CompiledPhase> {
  const phaseGroups = lookup(groups, phase);
  const updated = new Set(phaseGroups.flatMap(({ parameters }) => [...parameters.keys()]));
  return compilePhase({
    phase,
    groups: phaseGroups,
    fixed: new Map([...task.parameters].filter(([name]) => !updated.has(name))),
    runtime,
    state,
    accumulate: training.accumulate,
    clipNorm: training.clip_norm ?? Number.POSITIVE_INFINITY,
    prefix: task.phases.length > 1 ? `${phase.name}.` : "",
  });
}

/** The state that a session begins with: the checkpoint's, or first values with everything beside them. */
async function stateOf(
  { config, task, checkpoint }: SessionInput,
  groups: readonly RatedGroup[],
): Promise<HostTensors> {
  const { training } = config;
  const drawn = initialize(task.parameters, torchCpu(training.seed));
  const initial = checkpoint ? {} : Object.fromEntries((await task.initial?.()) ?? []);
  const weights = { ...drawn, ...initial };
  const first = firstState(weights, groups);
  if (checkpoint)
    expectKeys("the checkpoint", new Map(Object.entries(first)), new Map(Object.entries(checkpoint.tensors)));
  const sums = training.accumulate > 1 ? gradientSums(weights, groups) : {};
  return { ...(checkpoint?.tensors ?? first), ...sums };
}

interface Open extends SessionInput {
  readonly state: State;
  readonly phases: readonly CompiledPhase[];
  readonly stopping: StoppingCriteria;
  readonly groups: ReadonlyMap<Phase, readonly RatedGroup[]>;
}

function session({ config, task, state, phases, stopping, checkpoint }: Open): TrainingSession {
  const { warmup_steps: warmupSteps, learning_rate_schedule } = config.training;
  const schedule = createLearningRateSchedule(learning_rate_schedule);
  const names = Object.keys(state.types).filter((name) => !name.startsWith(`${slots.gradient}/`));
  const outputs = task.outputs(trainedWeights(task, state));
  return {
    parameterCount: [...task.parameters.values()].reduce((n, { shape }) => n + sizeOf(shape), 0),
    outputs,
    over: stopping.over(checkpoint?.step ?? 0),
    steps: (options = {}) =>
      train({
        phaseSteps: phases.flatMap(({ phaseSteps: turns }) => turns),
        stopping,
        rateShare: (step, progress) => rateShareAt(step, { warmupSteps, schedule, progress }),
        from: checkpoint?.step ?? 0,
        ...options,
      }),
    remembered: async () => ({
      tensors: await state.read(names),
      length: stopping.snapshot(),
      assets: task.assets ?? {},
    }),
    async [Symbol.asyncDispose]() {
      await outputs[Symbol.asyncDispose]();
      for (const phase of phases) await phase[Symbol.asyncDispose]();
      await state[Symbol.asyncDispose]();
    },
  };
}

/** The moving average of each parameter, or the parameter itself where none is kept. */
function trainedWeights(task: Task, state: State): TrainedWeights {
  const entries = Array.from(task.parameters, ([name, tensor]) => {
    const average = `${slots.average}/${name}`;
    return { name, tensor, key: average in state.types ? average : `${slots.weight}/${name}` };
  });
  return {
    state,
    parameters: { names: new Map(entries.map(({ key, tensor }) => [key, tensor])), as: "state" },
    async read() {
      const values = await state.read(entries.map(({ key }) => key));
      return new Map(entries.map(({ name, key }) => [name, lookup(values, key)]));
    },
  };
}
