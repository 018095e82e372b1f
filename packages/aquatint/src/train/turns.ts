import type { Tensor } from "../graph/tensor.ts";
import { type HostTensor, type HostTensors, sizeOf } from "../graph/types.ts";
import type { Program, Runtime, State } from "../runtime/types.ts";
import type { Turn } from "./loop.ts";
import { type Moment, type RatedGroup, rateFeeds } from "./rates.ts";
import { accumulateStep, applyStep, trainStep } from "./step.ts";
import type { Phase } from "./task.ts";

/** What a phase's turns are compiled from. */
export interface TurnsInput {
  readonly phase: Phase;
  readonly groups: readonly RatedGroup[];
  /** Parameters of the task that this phase reads and does not update. */
  readonly fixed: ReadonlyMap<string, Tensor>;
  readonly runtime: Runtime;
  readonly state: State;
  /** Parts that a batch is computed in. */
  readonly accumulate: number;
  readonly clipNorm: number;
  /** What the metrics' names begin with. */
  readonly prefix: string;
}

/** A phase's turns in each step of the run, and what they run on. */
export interface CompiledPhase extends AsyncDisposable {
  readonly turns: readonly Turn[];
}

/** Loads the programs of a phase: one for the whole update, or two where the batch is computed in parts. */
export async function compilePhase(input: TurnsInput): Promise<CompiledPhase> {
  const { phase, groups, clipNorm, prefix, accumulate } = input;
  const { repeat = 1 } = phase;
  const update = await (accumulate === 1 ? updateAtOnce(input) : updateInParts(input));
  const turns = Array.from({ length: repeat }, (_, i): Turn => {
    return {
      prefix,
      next: phase.next,
      run: (feeds, { step, share }) => {
        const moment: Moment = { update: (step - 1) * repeat + i + 1, share };
        return update.run(feeds, rateFeeds(groups, clipNorm, moment));
      },
    };
  });
  return { turns, [Symbol.asyncDispose]: update.dispose };
}

interface Update {
  run(feeds: HostTensors, rates: HostTensors): Promise<HostTensors>;
  dispose(): PromiseLike<void>;
}

async function updateAtOnce({ phase, groups, fixed, runtime, state }: TurnsInput): Promise<Update> {
  const { loss, results = {} } = phase;
  const program = await runtime.load(trainStep({ loss, groups, fixed, results, layout: runtime.layout }));
  return {
    run: (feeds, rates) => program.run({ ...feeds, ...rates }, { state }),
    dispose: () => program[Symbol.asyncDispose](),
  };
}

async function updateInParts({ phase, groups, fixed, runtime, state, accumulate }: TurnsInput): Promise<Update> {
  const { loss, results = {} } = phase;
  const { layout } = runtime;
  const add = await runtime.load(accumulateStep({ loss, groups, fixed, results, layout }, 1 / accumulate));
  const apply = await runtime.load(applyStep(groups, layout));
  return {
    async run(feeds, rates) {
      const parts: HostTensors[] = [];
      for (let i = 0; i < accumulate; i++) {
        const keep: HostTensor = { dtype: "float32", shape: [], data: Float32Array.of(i === 0 ? 0 : 1) };
        parts.push(await add.run({ ...partOf(feeds, add, i), "accumulate.keep": keep }, { state }));
      }
      return { ...joined(parts), ...(await apply.run(rates, { state })) };
    },
    async dispose() {
      await add[Symbol.asyncDispose]();
      await apply[Symbol.asyncDispose]();
    },
  };
}

/** Part `i` of the feeds that hold more samples than the program takes. */
const partOf = (feeds: HostTensors, { executable }: Program, i: number): HostTensors =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => {
      const shape = executable.feeds[name]?.shape ?? tensor.shape;
      const size = sizeOf(shape);
      const whole = size === tensor.data.length;
      return [name, whole ? tensor : { ...tensor, shape, data: tensor.data.slice(i * size, (i + 1) * size) }];
    }),
  );

/** Results of the parts as those of the whole batch: scalars averaged, values a sample joined. */
function joined(parts: readonly HostTensors[]): HostTensors {
  const names = Object.keys(parts[0]!);
  return Object.fromEntries(
    names.map((name) => {
      const all = parts.map((part) => part[name]!);
      const { shape } = all[0]!;
      const values = all.flatMap(({ data }) => [...data]);
      const mean = () => [values.reduce((a, b) => a + b, 0) / values.length];
      const data = Float32Array.from(shape.length ? values : mean());
      const of = shape.length ? [shape[0]! * parts.length, ...shape.slice(1)] : [];
      return [name, { dtype: "float32", shape: of, data } satisfies HostTensor];
    }),
  );
}
