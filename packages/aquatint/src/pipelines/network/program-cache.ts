import { type CompileOptions, compile } from "../../compiler/compile.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { HostTensors } from "../../graph/types.ts";
import type { Program, Runtime, State } from "../../runtime/types.ts";

/** Runtime and bindings of the programs. */
export interface ProgramCacheInput
  extends Pick<CompileOptions, "parameters" | "weightsFolder" | "weightMemory" | "scoreBytes"> {
  readonly runtime: Runtime;
  readonly state?: State | undefined;
}

/** A computation: a key that says which program it is, its graph, and what is fed. */
export interface Computation<R extends string = string> {
  readonly key: string;
  trace(): Readonly<Record<R, Tensor>>;
  /** Feeds that the graph has no use for are passed over. */
  readonly feeds: HostTensors;
  readonly signal?: AbortSignal | undefined;
}

/** Programs over the same weights, each loaded when it is first wanted. */
export interface ProgramCache extends AsyncDisposable {
  /** A key stands for one graph, whose results are those of `trace`. */
  run<R extends string>(computation: Computation<R>): Promise<HostTensors<R>>;
}

/** Keeps programs by their keys; a load that fails is tried again by the next call. */
export function programCache({ runtime, state, ...options }: ProgramCacheInput): ProgramCache {
  const programs = new Map<string, Promise<Program>>();
  const load = ({ key, trace }: Computation): Promise<Program> => {
    const loaded = programs.get(key);
    if (loaded) return loaded;
    const loading = runtime.load(compile({ outputs: trace(), ...options }));
    programs.set(key, loading);
    loading.catch(() => programs.delete(key));
    return loading;
  };
  return {
    async run<R extends string>(computation: Computation<R>) {
      const { feeds, signal } = computation;
      const program = await load(computation);
      const inputs = Object.entries(feeds).filter(([name]) => name in program.executable.feeds);
      return (await program.run(Object.fromEntries(inputs), { state, signal })) as HostTensors<R>;
    },
    async [Symbol.asyncDispose]() {
      const loaded = await Promise.allSettled(programs.values());
      await Promise.all(loaded.map((p) => (p.status === "fulfilled" ? p.value[Symbol.asyncDispose]() : undefined)));
    },
  };
}
