import { AquatintError } from "../errors.ts";
import type { HostTensors, Type } from "../graph/types.ts";
import { checkData, checkTensors, checkTypes } from "./check.ts";
import type { Connect } from "./line.ts";
import { layoutProbeModel, probeModel } from "./probe.ts";
import { buffersOf, copyTensors, type OpenOptions } from "./protocol.ts";
import { createQueue, type Queue } from "./queue.ts";
import type { Executable, Program, Runtime, State } from "./types.ts";

// Where the symbol is missing, compilers of `await using` look for this one.
const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

/** A runtime over the worker that `connect` starts. */
export async function createRuntime(
  connect: Connect,
  options: Omit<OpenOptions, "probe" | "layoutProbe">,
): Promise<Runtime> {
  checkThreads(options.threads);
  const queue = createQueue(connect);
  const life = lifetime("runtime", () => queue.close(disposed("runtime")));
  const probes = { probe: probeModel(), layoutProbe: layoutProbeModel() };
  const opened = await queue.call("open", { ...options, ...probes }).catch(async (error: unknown) => {
    await life.dispose();
    throw error;
  });
  const handles = new WeakMap<State, StateHandle>();
  let last = 0;
  return {
    ...opened,
    async load(executable) {
      const program = ++last;
      await queue.call("load", { program, executable });
      return createProgram(queue, { program, executable, handles });
    },
    async createState(tensors) {
      for (const [name, tensor] of Object.entries(tensors)) checkData(name, tensor, "runtime/state");
      const state = ++last;
      const copies = copyTensors(tensors);
      await queue.call("createState", { state, tensors: copies }, { transfer: buffersOf(copies) });
      return createState(queue, { state, types: typesOf(tensors), handles });
    },
    [asyncDispose]: life.dispose,
  };
}

function checkThreads(threads = 1): void {
  if (!Number.isSafeInteger(threads) || threads < 1) {
    throw new AquatintError("runtime/threads", `threads is ${threads}, not a whole number from 1 on`);
  }
}

interface StateHandle extends Lifetime {
  readonly state: number;
}
type Handles = WeakMap<State, StateHandle>;

function createProgram(
  queue: Queue,
  { program, executable, handles }: { program: number; executable: Executable; handles: Handles },
): Program {
  const { model: _, ...described } = executable;
  const life = lifetime("program", () => queue.free("unload", { program }));
  return {
    executable: described,
    async run(feeds, { state, signal } = {}) {
      life.check();
      signal?.throwIfAborted();
      checkFeeds(feeds, described.feeds);
      const bound = bindState(described, state, handles);
      const copies = copyTensors(feeds);
      return queue.call("run", { program, feeds: copies, ...bound }, { transfer: buffersOf(copies), signal });
    },
    [asyncDispose]: life.dispose,
  };
}

function checkFeeds(feeds: HostTensors, types: Program["executable"]["feeds"]): void {
  const expected = { code: "runtime/feed", owner: "the program", types } as const;
  checkTensors(feeds, expected);
  checkTypes(feeds, expected);
}

// The number of the state for the worker, when it holds what the program takes and gives.
function bindState({ stateInputs, updates }: Program["executable"], state: State | undefined, handles: Handles) {
  const needed = Object.keys(stateInputs).length + Object.keys(updates).length > 0;
  if (!state && !needed) return {};
  if (!state) throw new AquatintError("runtime/state", "the program needs a state, but the run was given none");
  const handle = handles.get(state);
  if (!handle) throw new AquatintError("runtime/state", "the state belongs to another runtime");
  handle.check();
  checkTypes(state.types, { code: "runtime/state", owner: "the program", types: stateInputs });
  checkNames(Object.values(updates), state.types);
  return { state: handle.state };
}

function createState(
  queue: Queue,
  { state, types, handles }: { state: number; types: State["types"]; handles: Handles },
): State {
  const life = lifetime("state", () => queue.free("disposeState", { state }));
  const handle: State = {
    types,
    async read(names = Object.keys(types)) {
      life.check();
      checkNames(names, types);
      return queue.call("readState", { state, names });
    },
    async write(tensors) {
      life.check();
      checkTensors(tensors, { code: "runtime/state", owner: "the state", types });
      const copies = copyTensors(tensors);
      await queue.call("writeState", { state, tensors: copies }, { transfer: buffersOf(copies) });
    },
    [asyncDispose]: life.dispose,
  };
  handles.set(handle, { ...life, state });
  return handle;
}

interface Lifetime {
  check(): void;
  dispose(): Promise<void>;
}

function lifetime(owner: string, release: () => Promise<void>): Lifetime {
  let disposal: Promise<void> | undefined;
  return {
    check() {
      if (disposal) throw disposed(owner);
    },
    dispose() {
      disposal ??= release();
      return disposal;
    },
  };
}

const disposed = (owner: string) =>
  new AquatintError("runtime/disposed", `the ${owner} was disposed of before this call`);

function checkNames(names: readonly string[], types: State["types"]): void {
  const unknown = names.find((name) => !Object.hasOwn(types, name));
  if (unknown !== undefined) throw new AquatintError("runtime/state", `the state has no "${unknown}"`);
}

const typesOf = (tensors: HostTensors): Readonly<Record<string, Type>> =>
  Object.fromEntries(Object.entries(tensors).map(([name, { dtype, shape }]) => [name, { dtype, shape: [...shape] }]));
