import { AquatintError } from "../errors.ts";
import { graphMemory } from "../graph/memory.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { HostTensor, Type } from "../graph/types.ts";
import { mapValues } from "../util/map-values.ts";
import type { Executable, WeightMemory } from "./executable.ts";
import { fuse } from "./fuse/fuse.ts";
import type { LayoutPass } from "./nchwc/layout.ts";
import { type Binding, type ExternalData, emitOnnx } from "./onnx/emit.ts";
import { simplify } from "./passes/simplify.ts";

/** The named leaves of a graph, and where their values come from. */
export interface ParameterBinding {
  /** Every path with its leaf; one leaf may stand at several paths: the first is its name. */
  readonly names: ReadonlyMap<string, Tensor>;
  /** "state": taken from the state given with each run; else the values by name, which become constants of the model. */
  readonly as: "state" | ReadonlyMap<string, HostTensor | ExternalData>;
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
}

/** Writes a graph as a program for any runtime. Its feeds are the graph's `input` leaves that are no parameters. */
export function compile<R extends string>(options: CompileOptions<R>): Executable<R> {
  const { outputs, updates = {}, parameters, weightsFolder, weightMemory, layout, scoreBytes } = options;
  const bindings = bind(parameters);
  const next = Object.entries(updates).map(([name, tensor]) => [`next:${name}`, name, tensor] as const);
  const all = { ...outputs, ...Object.fromEntries(next.map(([output, , tensor]) => [output, tensor])) };
  const simple = simplify(all);
  const fused = next.length ? simple : fuse(simple, { scoreBytes });
  const final = layout?.apply(fused) ?? fused;
  const emitted = emitOnnx(final, bindings);
  const state = new Set(Array.from(bindings.values(), (binding) => binding.name));
  return {
    model: emitted.model,
    feeds: pick(emitted.inputs, (name) => !state.has(name)),
    stateInputs: pick(emitted.inputs, (name) => state.has(name)),
    results: typesOf(outputs),
    updates: Object.fromEntries(next.map(([output, name]) => [output, name])),
    nchwc: layout && true,
    weightsFolder,
    weightMemory,
    memory: graphMemory(final, storedBytes(bindings)),
  };
}

const typesOf = <R extends string>(outputs: Readonly<Record<R, Tensor>>): Readonly<Record<R, Type>> =>
  mapValues(outputs, ({ dtype, shape }) => ({ dtype, shape }));

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
