import { type CompileOptions, compile, compileSplit } from "../../compiler/compile.ts";
import type { Executable } from "../../compiler/executable.ts";
import { AquatintError } from "../../errors.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { HostTensors } from "../../graph/types.ts";
import type { RunOptions, Runtime, State } from "../../runtime/types.ts";
import { loadedOnce } from "./loaded-once.ts";
import { type PrologueStates, prologueStates } from "./prologue-states.ts";

/** Runtime and bindings of the programs. */
export interface ProgramCacheInput
  extends Pick<CompileOptions, "parameters" | "weightsFolder" | "weightMemory" | "scoreBytes" | "feedForward"> {
  readonly runtime: Runtime;
  readonly state?: State | undefined;
  /** Adds outputs to the programs, and takes their values. */
  readonly observer?: ProgramObserver | undefined;
}

/** Observes what programs compute inside, in one of its runs or in many. */
export type ProgramObserver = (
  outputs: Readonly<Record<string, Tensor>>,
  names: ReadonlyMap<string, Tensor>,
) => ProgramObservation;

/** Further outputs of a program; each run gives their values to `take`. */
export interface ProgramObservation {
  readonly outputs: Readonly<Record<string, Tensor>>;
  take(results: HostTensors): void;
}

/** A computation: a key that says which program it is, its graph, and what is fed. */
export interface Computation<R extends string = string> {
  readonly key: string;
  trace(): Readonly<Record<R, Tensor>>;
  /** Feeds that the graph has no use for are passed over. */
  readonly feeds: HostTensors;
  /** Feeds that stay the same for many runs: what depends on them alone is computed once. The key must tell them, too. */
  readonly invariant?: readonly string[] | undefined;
  /** Precision of the program; float32 if absent. The key must tell it, too, where a cache has both. */
  readonly float16?: CompileOptions["float16"];
  readonly signal?: AbortSignal | undefined;
}

/** Programs over the same weights, each loaded when it is first wanted. */
export interface ProgramCache extends AsyncDisposable {
  /** A key stands for one graph, whose results are those of `trace`. */
  run<R extends string>(computation: Computation<R>): Promise<HostTensors<R>>;
}

/** A program, and the part of it that is computed beforehand. */
interface CachedProgram extends AsyncDisposable {
  run(feeds: HostTensors, options: RunOptions): Promise<HostTensors>;
}

/** Keeps programs by their keys; a load that fails is tried again by the next call. */
export function programCache({ runtime, state, observer, ...options }: ProgramCacheInput): ProgramCache {
  const cache = new Map<string, CachedProgram>();
  const create = ({ trace, invariant = [], float16 }: Computation): CachedProgram => {
    const results = trace();
    const observation = observer?.(results, options.parameters?.names ?? new Map());
    const outputs = { ...results, ...observation?.outputs };
    const observed = (program: CachedProgram) => withObservation(program, observation);
    // weights that live in a state change: nothing of them is computed beforehand
    if (invariant.length === 0 || state)
      return observed(cachedProgram(runtime, compile({ outputs, float16, ...options })));
    const { prologue, body, state: types } = compileSplit({ outputs, float16, ...options }, new Set(invariant));
    const states = prologue && prologueStates(runtime, { prologue, state: types });
    return observed(withPrologue(cachedProgram(runtime, body), states));
  };
  return {
    async run<R extends string>(computation: Computation<R>) {
      const { key, feeds, signal, float16 } = computation;
      if (float16) await (await import("../../runtime/float16.ts")).expectFloat16(runtime);
      const cached = cache.get(key) ?? create(computation);
      cache.set(key, cached);
      return (await cached.run(feeds, { state, signal })) as HostTensors<R>;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(Array.from(cache.values(), (cached) => cached[Symbol.asyncDispose]()));
    },
  };
}

function cachedProgram(runtime: Runtime, executable: Executable): CachedProgram {
  const program = loadedOnce(runtime, executable);
  return {
    async run(feeds, options) {
      const loaded = await program.load();
      const inputs = Object.entries(feeds).filter(([name]) => name in executable.feeds);
      return loaded.run(Object.fromEntries(inputs), options);
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** The program with its further results taken out of each run. */
function withObservation(program: CachedProgram, observation: ProgramObservation | undefined): CachedProgram {
  if (!observation) return program;
  return {
    async run(feeds, options) {
      const results = await program.run(feeds, options);
      observation.take(results);
      return results;
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** The program after its prologue, which runs first, so that only one of them needs to be in memory. */
function withPrologue(body: CachedProgram, states: PrologueStates | undefined): CachedProgram {
  if (!states) return body;
  return {
    async run(feeds, { signal }) {
      signal?.throwIfAborted();
      const attempt = async () => body.run(feeds, { state: await states.stateFor(feeds), signal });
      return attempt().catch(async (error: unknown) => {
        if (!isLost(error)) throw error;
        await states[Symbol.asyncDispose]();
        return attempt();
      });
    },
    async [Symbol.asyncDispose]() {
      await states[Symbol.asyncDispose]();
      await body[Symbol.asyncDispose]();
    },
  };
}

/** A state that is gone with its worker, or dropped for others. */
const isLost = (error: unknown): boolean =>
  error instanceof AquatintError && ["runtime/state-lost", "runtime/disposed"].includes(error.code);
