import { compile } from "../../compiler/compile.ts";
import { layoutPass } from "../../compiler/nchwc/layout.ts";
import { hostTensorOf } from "../../graph/host-tensor.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type HostTensor, type HostTensors, sizeOf } from "../../graph/types.ts";
import { average } from "../../math/average.ts";
import { findNonFinite, type NonFinite } from "../../runtime/non-finite.ts";
import type { Program, Runtime, State } from "../../runtime/types.ts";
import { itemAt, lookup } from "../../util/items.ts";
import { type RatedGroup, rateFeeds, type StepContext } from "./step-feeds.ts";
import { accumulateGraph, applyStep, trainGraph } from "./step-graph.ts";
import type { Phase } from "./task.ts";
import type { PhaseStep } from "./train.ts";

/** Parts of a phase's program. */
export interface PhaseInput {
  readonly phase: Phase;
  readonly groups: readonly RatedGroup[];
  /** Parameters of the task that this phase reads and does not update. */
  readonly fixed: ReadonlyMap<string, Tensor>;
  readonly runtime: Runtime;
  readonly state: State;
  /** Parts that a batch is computed in. */
  readonly accumulate: number;
  readonly clipNorm: number;
  /** Prefix of the metrics' names. */
  readonly prefix: string;
}

/** A phase's turns in each step of the run, and what they run on. */
export interface CompiledPhase extends AsyncDisposable {
  readonly phaseSteps: readonly PhaseStep[];
}

/** Loads the programs of a phase: one for the whole update, or two where the batch is computed in parts. */
export async function compilePhase(input: PhaseInput): Promise<CompiledPhase> {
  const { phase, groups, clipNorm, prefix, accumulate } = input;
  const { repeat = 1 } = phase;
  const update = await (accumulate === 1 ? updateAtOnce(input) : updateInParts(input));
  const phaseSteps = Array.from({ length: repeat }, (_, i): PhaseStep => {
    const ratesAt = ({ step, share }: { readonly step: number; readonly share: number }) => {
      const moment: StepContext = { update: (step - 1) * repeat + i + 1, share };
      return rateFeeds(groups, clipNorm, moment);
    };
    return {
      prefix,
      next: phase.next,
      run: (feeds, at) => update.run(feeds, ratesAt(at)),
      diagnose: (feeds, at) => update.diagnose(feeds, ratesAt(at)),
    };
  });
  return { phaseSteps, [Symbol.asyncDispose]: update.dispose };
}

interface Update {
  run(feeds: HostTensors, rates: HostTensors): Promise<HostTensors>;
  diagnose(feeds: HostTensors, rates: HostTensors): Promise<NonFinite | undefined>;
  dispose(): PromiseLike<void>;
}

async function updateAtOnce({ phase, groups, fixed, runtime, state }: PhaseInput): Promise<Update> {
  const { loss, results = {} } = phase;
  const graph = trainGraph({ loss, groups, fixed, results, layout: layoutPass(runtime.layout) });
  const program = await runtime.load(compile(graph));
  return {
    run: (feeds, rates) => program.run({ ...feeds, ...rates }, { state, accept: isSound }),
    diagnose: (feeds, rates) => findNonFinite(runtime, { graph, state, feeds: { ...feeds, ...rates } }),
    dispose: () => program[Symbol.asyncDispose](),
  };
}

async function updateInParts({ phase, groups, fixed, runtime, state, accumulate }: PhaseInput): Promise<Update> {
  const { loss, results = {} } = phase;
  const layout = layoutPass(runtime.layout);
  const graph = accumulateGraph({ loss, groups, fixed, results, layout }, 1 / accumulate);
  const add = await runtime.load(compile(graph));
  const part = (feeds: HostTensors, i: number): HostTensors => ({
    ...partOf(feeds, add, i),
    "accumulate.keep": { dtype: "float32", shape: [], data: Float32Array.of(i === 0 ? 0 : 1) },
  });
  const apply = await runtime.load(applyStep(groups, layout));
  return {
    async run(feeds, rates) {
      const parts: HostTensors[] = [];
      for (let i = 0; i < accumulate; i++) parts.push(await add.run(part(feeds, i), { state }));
      const combined = combineParts(parts);
      const accept = (applied: HostTensors) => isSound({ ...combined, ...applied });
      return { ...combined, ...(await apply.run(rates, { state, accept })) };
    },
    async diagnose(feeds) {
      let failure: NonFinite | undefined;
      for (let i = 0; i < accumulate && !failure; i++) {
        const start = { ...part(feeds, i), "accumulate.keep": lookup(part(feeds, 0), "accumulate.keep") };
        failure = await findNonFinite(runtime, { graph, state, feeds: start });
      }
      return failure;
    },
    async dispose() {
      await add[Symbol.asyncDispose]();
      await apply[Symbol.asyncDispose]();
    },
  };
}

/** Tells whether an update may be kept. */
const isSound = ({ loss, gradNorm }: HostTensors): boolean =>
  [loss, gradNorm].every((result) => Number.isFinite(result?.data[0]));

/** Part `i` of the feeds that hold more samples than the program takes. */
const partOf = (feeds: HostTensors, { executable }: Program, i: number): HostTensors =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => {
      const shape = executable.feeds[name]?.shape ?? tensor.shape;
      const size = sizeOf(shape);
      const isFull = size === tensor.data.length;
      return [
        name,
        isFull ? tensor : hostTensorOf({ dtype: tensor.dtype, shape }, tensor.data.subarray(i * size, (i + 1) * size)),
      ];
    }),
  );

/** Results of the parts as those of the whole batch: scalars averaged, values a sample joined. */
function combineParts(parts: readonly HostTensors[]): HostTensors {
  const names = Object.keys(itemAt(parts, 0));
  return Object.fromEntries(
    names.map((name) => {
      const all = parts.map((part) => lookup(part, name));
      const { shape } = itemAt(all, 0);
      const values = all.flatMap(({ data }) => [...data]);
      const data = Float32Array.from(shape.length ? values : [average(values)]);
      const of = shape.length ? [itemAt(shape, 0) * parts.length, ...shape.slice(1)] : [];
      return [name, { dtype: "float32", shape: of, data } satisfies HostTensor];
    }),
  );
}
