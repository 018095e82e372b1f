import type { Executable } from "../../compiler/executable.ts";
import { AquatintError } from "../../errors.ts";
import type { HostTensors, Type } from "../../graph/types.ts";
import { int8ProbeModel, layoutProbeModel, probeModel } from "../probe.ts";
import { buffersOf, copyTensors, type OpenOptions } from "../protocol.ts";
import type { Program, Runtime, State } from "../types.ts";
import { describeLostState, type Inventory, stateLostError } from "./lost-state.ts";
import type { Connect } from "./request-queue.ts";
import { createSupervisor, type SupervisedWorker, type Supervisor } from "./supervisor.ts";
import { checkData, checkTensors, checkTypes } from "./validate.ts";
import type { WorkerClient } from "./worker-client.ts";

// Where the symbol is missing, compilers of `await using` look for this one.
const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

/** A runtime over the worker that `connect` starts, and over the next one should that die. */
export async function createRuntime(
  connect: Connect,
  options: Omit<OpenOptions, "probe" | "layoutProbe" | "int8Probe">,
): Promise<Runtime> {
  checkThreads(options.threads);
  const inventory: Inventory = { states: new Map(), programs: new Set(), handles: new WeakMap() };
  const opening = { ...options, probe: probeModel(), layoutProbe: layoutProbeModel(), int8Probe: int8ProbeModel() };
  const supervisor = createSupervisor(connect, opening, (worker) => describeLostState(inventory, worker));
  const life = lifetime("runtime", () => supervisor.close(disposedError("runtime")));
  const info = await supervisor.current().info.catch(async (error: unknown) => {
    await life.dispose();
    throw error;
  });
  let last = 0;
  return {
    ...info,
    async load(executable) {
      const number = ++last;
      const { load, program } = createProgram(supervisor, { program: number, executable, inventory });
      await load();
      inventory.programs.add(number);
      return program;
    },
    async createState(tensors) {
      for (const [name, tensor] of Object.entries(tensors)) checkData(name, tensor, "runtime/state");
      const state = ++last;
      const copies = copyTensors(tensors);
      const { client, number } = supervisor.current();
      await client.call("createState", { state, tensors: copies }, { transfer: buffersOf(copies) });
      return createState(supervisor, { state, types: typesOf(tensors), worker: number, inventory });
    },
    [asyncDispose]: life.dispose,
  };
}

function checkThreads(threads = 1): void {
  if (!Number.isSafeInteger(threads) || threads < 1) {
    throw new AquatintError("runtime/threads", `threads is ${threads}, expected a whole number of 1 or more`);
  }
}

/** A program that loads itself into each new worker before it first runs there. */
function createProgram(
  supervisor: Supervisor,
  { program, executable, inventory }: { program: number; executable: Executable; inventory: Inventory },
) {
  const { model: _, ...description } = executable;
  let loadedIn = 0;
  let loading: Promise<null> = Promise.resolve(null);
  const load = ({ client, number }: SupervisedWorker): Promise<null> => {
    if (loadedIn === number) return loading;
    loadedIn = number;
    loading = client.call("load", { program, executable });
    loading.catch(() => {
      loadedIn = 0;
    });
    return loading;
  };
  const life = lifetime("program", async () => {
    inventory.programs.delete(program);
    const { client, number } = supervisor.latest();
    if (loadedIn === number) await client.release("unload", { program });
  });
  const run: Program["run"] = async (feeds, { state, signal, accept } = {}) => {
    life.check();
    signal?.throwIfAborted();
    checkFeeds(feeds, description.feeds);
    const worker = supervisor.current();
    const bound = bindState(description, state, { inventory, worker: worker.number });
    const copies = copyTensors(feeds);
    const loaded = load(worker);
    const params = { program, feeds: copies, ...bound };
    const ran = worker.client.call("run", params, { transfer: buffersOf(copies), signal, accept });
    return (await Promise.all([loaded, ran]))[1];
  };
  return {
    load: () => load(supervisor.current()),
    program: { executable: description, run, [asyncDispose]: life.dispose } satisfies Program,
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
  { inventory, worker }: { inventory: Inventory; worker: number },
) {
  const needsState = Object.keys(stateInputs).length + Object.keys(updates).length > 0;
  if (!state && !needsState) return {};
  if (!state) throw new AquatintError("runtime/state", "the program needs a state, but the run was given none");
  const handle = inventory.handles.get(state);
  if (!handle) throw new AquatintError("runtime/state", "the state belongs to another runtime");
  handle.check(worker);
  checkTypes(state.types, { code: "runtime/state", owner: "the program", types: stateInputs });
  checkNames(Object.values(updates), state.types);
  return { state: handle.state };
}

function createState(
  supervisor: Supervisor,
  { state, types, worker, inventory }: { state: number; types: State["types"]; worker: number; inventory: Inventory },
): State {
  const life = lifetime("state", async () => {
    inventory.states.delete(state);
    const { client, number } = supervisor.latest();
    if (number === worker) await client.release("disposeState", { state });
  });
  const check = (number: number) => {
    life.check();
    if (number !== worker) throw stateLostError(types);
  };
  const liveClient = (): WorkerClient => {
    const { client, number } = supervisor.current();
    check(number);
    return client;
  };
  const handle: State = {
    types,
    async read(names: readonly string[] = Object.keys(types)) {
      const client = liveClient();
      checkNames(names, types);
      return client.call("readState", { state, names });
    },
    async write(tensors) {
      const client = liveClient();
      checkTensors(tensors, { code: "runtime/state", owner: "the state", types });
      const copies = copyTensors(tensors);
      await client.call("writeState", { state, tensors: copies }, { transfer: buffersOf(copies) });
    },
    [asyncDispose]: life.dispose,
  };
  inventory.states.set(state, { types, worker });
  inventory.handles.set(handle, { state, check });
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
      if (disposal) throw disposedError(owner);
    },
    dispose() {
      disposal ??= release();
      return disposal;
    },
  };
}

const disposedError = (owner: string) =>
  new AquatintError("runtime/disposed", `the ${owner} was disposed of before this call`);

function checkNames(names: readonly string[], types: State["types"]): void {
  const unknown = names.find((name) => !Object.hasOwn(types, name));
  if (unknown !== undefined) throw new AquatintError("runtime/state", `the state has no "${unknown}"`);
}

const typesOf = (tensors: HostTensors): Readonly<Record<string, Type>> =>
  Object.fromEntries(Object.entries(tensors).map(([name, { dtype, shape }]) => [name, { dtype, shape: [...shape] }]));
