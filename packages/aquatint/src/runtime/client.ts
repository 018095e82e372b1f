import type { Executable } from "../compiler/executable.ts";
import { AquatintError } from "../errors.ts";
import type { HostTensors, Type } from "../graph/types.ts";
import { checkData, checkTensors, checkTypes } from "./check.ts";
import type { Connect } from "./line.ts";
import { type Held, lossesOf, stateLost } from "./losses.ts";
import { layoutProbeModel, probeModel } from "./probe.ts";
import { buffersOf, copyTensors, type OpenOptions } from "./protocol.ts";
import type { Queue } from "./queue.ts";
import type { Program, Runtime, State } from "./types.ts";
import { createWorkers, type WorkerInService, type Workers } from "./workers.ts";

// Where the symbol is missing, compilers of `await using` look for this one.
const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

/** A runtime over the worker that `connect` starts, and over the next one should that die. */
export async function createRuntime(
  connect: Connect,
  options: Omit<OpenOptions, "probe" | "layoutProbe">,
): Promise<Runtime> {
  checkThreads(options.threads);
  const held: Held = { states: new Map(), programs: new Set(), handles: new WeakMap() };
  const opening = { ...options, probe: probeModel(), layoutProbe: layoutProbeModel() };
  const workers = createWorkers(connect, opening, (worker) => lossesOf(held, worker));
  const life = lifetime("runtime", () => workers.close(disposed("runtime")));
  const opened = await workers.current().opened.catch(async (error: unknown) => {
    await life.dispose();
    throw error;
  });
  let last = 0;
  return {
    ...opened,
    async load(executable) {
      const number = ++last;
      const { load, program } = createProgram(workers, { program: number, executable, held });
      await load();
      held.programs.add(number);
      return program;
    },
    async createState(tensors) {
      for (const [name, tensor] of Object.entries(tensors)) checkData(name, tensor, "runtime/state");
      const state = ++last;
      const copies = copyTensors(tensors);
      const { queue, number } = workers.current();
      await queue.call("createState", { state, tensors: copies }, { transfer: buffersOf(copies) });
      return createState(workers, { state, types: typesOf(tensors), worker: number, held });
    },
    [asyncDispose]: life.dispose,
  };
}

function checkThreads(threads = 1): void {
  if (!Number.isSafeInteger(threads) || threads < 1) {
    throw new AquatintError("runtime/threads", `threads is ${threads}, not a whole number from 1 on`);
  }
}

/** A program that loads itself into each new worker before it first runs there. */
function createProgram(
  workers: Workers,
  { program, executable, held }: { program: number; executable: Executable; held: Held },
) {
  const { model: _, ...described } = executable;
  let home = 0;
  let loading: Promise<null> = Promise.resolve(null);
  const load = ({ queue, number }: WorkerInService): Promise<null> => {
    if (home === number) return loading;
    home = number;
    loading = queue.call("load", { program, executable });
    loading.catch(() => {
      home = 0;
    });
    return loading;
  };
  const life = lifetime("program", async () => {
    held.programs.delete(program);
    const { queue, number } = workers.latest();
    if (home === number) await queue.free("unload", { program });
  });
  const run: Program["run"] = async (feeds, { state, signal, accept } = {}) => {
    life.check();
    signal?.throwIfAborted();
    checkFeeds(feeds, described.feeds);
    const worker = workers.current();
    const bound = bindState(described, state, { held, worker: worker.number });
    const copies = copyTensors(feeds);
    const loaded = load(worker);
    const params = { program, feeds: copies, ...bound };
    const ran = worker.queue.call("run", params, { transfer: buffersOf(copies), signal, accept });
    return (await Promise.all([loaded, ran]))[1];
  };
  return {
    load: () => load(workers.current()),
    program: { executable: described, run, [asyncDispose]: life.dispose } satisfies Program,
  };
}

function checkFeeds(feeds: HostTensors, types: Program["executable"]["feeds"]): void {
  const expected = { code: "runtime/feed", owner: "the program", types } as const;
  checkTensors(feeds, expected);
  checkTypes(feeds, expected);
}

// The number of the state for the worker, when it holds what the program takes and gives.
function bindState(
  { stateInputs, updates }: Program["executable"],
  state: State | undefined,
  { held, worker }: { held: Held; worker: number },
) {
  const needed = Object.keys(stateInputs).length + Object.keys(updates).length > 0;
  if (!state && !needed) return {};
  if (!state) throw new AquatintError("runtime/state", "the program needs a state, but the run was given none");
  const handle = held.handles.get(state);
  if (!handle) throw new AquatintError("runtime/state", "the state belongs to another runtime");
  handle.check(worker);
  checkTypes(state.types, { code: "runtime/state", owner: "the program", types: stateInputs });
  checkNames(Object.values(updates), state.types);
  return { state: handle.state };
}

function createState(
  workers: Workers,
  { state, types, worker, held }: { state: number; types: State["types"]; worker: number; held: Held },
): State {
  const life = lifetime("state", async () => {
    held.states.delete(state);
    const { queue, number } = workers.latest();
    if (number === worker) await queue.free("disposeState", { state });
  });
  const check = (number: number) => {
    life.check();
    if (number !== worker) throw stateLost(types);
  };
  const serving = (): Queue => {
    const { queue, number } = workers.current();
    check(number);
    return queue;
  };
  const handle: State = {
    types,
    async read(names = Object.keys(types)) {
      const queue = serving();
      checkNames(names, types);
      return queue.call("readState", { state, names });
    },
    async write(tensors) {
      const queue = serving();
      checkTensors(tensors, { code: "runtime/state", owner: "the state", types });
      const copies = copyTensors(tensors);
      await queue.call("writeState", { state, tensors: copies }, { transfer: buffersOf(copies) });
    },
    [asyncDispose]: life.dispose,
  };
  held.states.set(state, { types, worker });
  held.handles.set(handle, { state, check });
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
