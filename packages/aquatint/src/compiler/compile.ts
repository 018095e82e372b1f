import { AquatintError } from "../errors.ts";
import { graphMemory } from "../graph/memory.ts";
import type { Rule } from "../graph/rewrite.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { HostTensor, Type } from "../graph/types.ts";
import { lookup } from "../util/items.ts";
import { mapValues } from "../util/map-values.ts";
import type { Executable, WeightMemory } from "./executable.ts";
import { fuse } from "./fuse/fuse.ts";
import type { Int8Pass } from "./int8/pass.ts";
import type { LayoutPass } from "./nchwc/layout.ts";
import { type Binding, type ExternalData, emitOnnx, type PrecisionPass } from "./onnx/emit.ts";
import { simplify } from "./passes/simplify.ts";
import { splitInvariant } from "./prologue.ts";

/** The named leaves of a graph, and where their values come from. */
export interface ParameterBinding {
  /** Every path with its leaf; one leaf may stand at several paths: the first is its name. */
  readonly names: ReadonlyMap<string, Tensor>;
  /** "state": taken from the state given with each run; else the values by name, which become constants of the model. */
  readonly as: "state" | ReadonlyMap<string, HostTensor | ExternalData>;
  /** Brings layers to 8 bits or less. */
  readonly int8?: Int8Pass | undefined;
}

/** Options of `compile`: a graph, and where its parameters come from. */
export interface CompileOptions<R extends string = string> {
  /** The results of a run, by name. */
  readonly outputs: Readonly<Record<R, Tensor>>;
  /** New values for tensors of the state after a run, by their names in the state. */
  readonly updates?: Readonly<Record<string, Tensor>> | undefined;
  readonly parameters?: ParameterBinding | undefined;
  /** Folder that the locations of `ExternalData` are relative to. */
  readonly weightsFolder?: string | undefined;
  /** The runtime's form of constant weights; "packed" when absent. */
  readonly weightMemory?: WeightMemory | undefined;
  /** `layoutPass` of the runtime that will load the program; row-major when absent, as for a model file. */
  readonly layout?: LayoutPass | undefined;
  /** The most bytes of attention scores at a time, for devices that keep them; no limit when absent. */
  readonly scoreBytes?: number | undefined;
  /** `sliceFeedForward` for a device with a cache; feed-forward layers are whole when absent. */
  readonly feedForward?: Rule | undefined;
  /** `float16Pass` for a device with kernels in float16; float32 when absent. */
  readonly float16?: PrecisionPass | undefined;
}

/** Writes a graph as a program for any runtime. Its feeds are the graph's `input` leaves that are no parameters. */
export function compile<R extends string>(options: CompileOptions<R>): Executable<R> {
  const { outputs, updates = {} } = options;
  return executableOf({ outputs, updates, ...lower(options) }, options);
}

/** A program whose part that depends on some feeds alone is a program of its own. */
export interface SplitExecutable<R extends string = string> {
  /** Computes that part into a state; undefined where there is none. */
  readonly prologue: Executable<never> | undefined;
  /** Computes the results from the other feeds and the state. */
  readonly body: Executable<R>;
  /** Types of the state. */
  readonly state: Readonly<Record<string, Type>>;
}

/** Writes a graph as two programs: one that runs again when the `invariant` feeds change, and one for every run. */
export function compileSplit<R extends string>(
  { updates: _, ...options }: CompileOptions<R>,
  invariant: ReadonlySet<string>,
): SplitExecutable<R> {
  const { lowered, int8 } = lower(options);
  const { prologue, body, leaves } = splitInvariant(lowered, invariant);
  const state = new Map(Object.entries(leaves));
  const next = mapValues(leaves, (_, name) => lookup(prologue, name));
  const names = Object.fromEntries(Object.entries(next).map(([name, x]) => [nextName(name), x]));
  return {
    prologue: state.size > 0 ? executableOf({ outputs: {}, updates: next, lowered: names, int8 }, options) : undefined,
    body: executableOf({ outputs: options.outputs, updates: {}, lowered: body, int8, state }, options),
    state: typesOf(leaves),
  };
}

const nextName = (name: string): string => `next:${name}`;

/** The graph as it is written, new values of the state under their names, and its weights in 8 bits. */
function lower({ outputs, updates = {}, parameters, layout, scoreBytes, feedForward }: CompileOptions) {
  const next = Object.entries(updates).map(([name, tensor]) => [nextName(name), tensor] as const);
  const simple = simplify({ ...outputs, ...Object.fromEntries(next) });
  const { outputs: rounded, bindings: int8 } = parameters?.int8?.apply(simple, parameters.names) ?? {
    outputs: simple,
    bindings: new Map<Tensor, Binding>(),
  };
  const fused = next.length ? rounded : fuse(rounded, { scoreBytes, feedForward });
  return { lowered: layout?.apply(fused) ?? fused, int8 };
}

interface LoweredGraph<R extends string> extends Pick<CompileOptions<R>, "outputs"> {
  readonly updates: NonNullable<CompileOptions["updates"]>;
  readonly lowered: Readonly<Record<string, Tensor>>;
  /** Weights in 8 bits. */
  readonly int8: ReadonlyMap<Tensor, Binding>;
  /** Leaves that are taken from the state by name. */
  readonly state?: ReadonlyMap<string, Tensor>;
}

function executableOf<R extends string>(
  { outputs, updates, lowered, int8, state: leaves = new Map() }: LoweredGraph<R>,
  { parameters, weightsFolder, weightMemory, layout, float16 }: CompileOptions,
): Executable<R> {
  const bindings = new Map([...bind(parameters), ...int8, ...bind({ names: leaves, as: "state" })]);
  const emitted = emitOnnx(lowered, bindings, float16);
  const state = new Set(Array.from(bindings.values(), (binding) => binding.name));
  return {
    model: emitted.model,
    feeds: pick(emitted.inputs, (name) => !state.has(name)),
    stateInputs: pick(emitted.inputs, (name) => state.has(name)),
    results: typesOf(outputs),
    updates: Object.fromEntries(Object.keys(updates).map((name) => [nextName(name), name])),
    nchwc: layout && true,
    ...(parameters?.int8?.multipliesIntegers && { int8: true }),
    weightsFolder,
    ...weightFilesOf(bindings),
    weightMemory,
    memory: graphMemory(lowered, storedBytes(bindings)),
  };
}

const typesOf = <R extends string>(outputs: Readonly<Record<R, Tensor>>): Readonly<Record<R, Type>> =>
  mapValues(outputs, ({ dtype, shape }) => ({ dtype, shape }));

/** The files of the graph's external constants: their paths, or what a browser holds of them. */
function weightFilesOf(bindings: ReadonlyMap<Tensor, Binding>): Pick<Executable, "weightFiles" | "weightBlobs"> {
  const values = Array.from(bindings.values(), (binding) => (binding.kind === "constant" ? binding.value : undefined));
  const external = values.flatMap((value) => (value && "location" in value ? [value] : []));
  const blobs = external.flatMap(({ location, blob }) => (blob ? [[location, blob] as const] : []));
  const files = external.flatMap(({ location, blob }) => (blob ? [] : [location]));
  return { weightFiles: [...new Set(files)], ...(blobs.length > 0 && { weightBlobs: new Map(blobs) }) };
}

const storedBytes = (bindings: ReadonlyMap<Tensor, Binding>) => (leaf: Tensor) => {
  const binding = bindings.get(leaf);
  if (binding?.kind !== "constant") return undefined;
  return "data" in binding.value ? binding.value.data.byteLength : binding.value.length;
};

const pick = (types: Readonly<Record<string, Type>>, accepts: (name: string) => boolean): Record<string, Type> =>
  Object.fromEntries(Object.entries(types).filter(([name]) => accepts(name)));

function bind({ names, as }: ParameterBinding = { names: new Map(), as: "state" }): ReadonlyMap<Tensor, Binding> {
  const bindings = new Map<Tensor, Binding>();
  for (const [name, tensor] of names) {
    if (bindings.has(tensor)) continue;
    bindings.set(tensor, as === "state" ? { name, kind: "input" } : { name, kind: "constant", value: take(as, name) });
  }
  return bindings;
}

function take(values: ReadonlyMap<string, HostTensor | ExternalData>, name: string): HostTensor | ExternalData {
  const value = values.get(name);
  if (value) return value;
  throw new AquatintError("graph/unbound-parameter", `no value was given for the parameter ${name}`, {
    hint: "give a value for every parameter of the module",
  });
}
