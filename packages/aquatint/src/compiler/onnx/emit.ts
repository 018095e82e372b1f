import { AquatintError } from "../../errors.ts";
import type { Emitter } from "../../graph/emitter.ts";
import type { Node, Tensor } from "../../graph/tensor.ts";
import { topological } from "../../graph/topological.ts";
import { type HostTensor, sizeOf, type Type } from "../../graph/types.ts";
import { nodeName } from "./names.ts";
import {
  attributeProto,
  constantProto,
  type ExternalData,
  externalProto,
  type GraphParts,
  modelBytes,
  scaleName,
  storedName,
  weightProto,
  widenWeight,
} from "./proto.ts";

export type { ExternalData, StoredType } from "./proto.ts";

/** The role of a parameter in the ONNX model: an input of that name, or a constant. */
export type Binding =
  | { readonly name: string; readonly kind: "input" }
  | { readonly name: string; readonly kind: "constant"; readonly value: HostTensor | ExternalData };

/** A graph as an ONNX model. */
export interface Emitted {
  /** The serialized ONNX ModelProto. */
  readonly model: Uint8Array<ArrayBuffer>;
  /** The model's inputs: `input` leaves by their own names, bound parameters by theirs. */
  readonly inputs: Readonly<Record<string, Type>>;
  readonly outputs: Readonly<Record<string, Type>>;
}

/** Writes nodes of a graph one after the other. */
export interface GraphWriter {
  /** Names of the node's outputs, given those of its inputs. */
  emit(node: Node, names: readonly string[]): readonly string[];
  /** Name of a result of the graph in the type that the graph gives it, float32 among them. */
  result(name: string): string;
  /** Called with the names of the results, after all nodes. */
  finish(results: readonly string[]): void;
}
/** Writes nodes as they are, with an emitter of another's choice. */
export interface PlainWriter {
  readonly emitter: Emitter;
  emit(node: Node, names: readonly string[], emitter: Emitter): readonly string[];
}
/** Writes a graph in another precision than its own. */
export interface PrecisionPass {
  /** A writer into `parts`, the ONNX graph in the making. */
  writer(parts: object, plain: PlainWriter, outputs: readonly Tensor[]): GraphWriter;
}

/** Writes the graph behind `outputs` as an ONNX model. `parameters` says what each parameter leaf becomes. */
export function emitOnnx(
  outputs: Readonly<Record<string, Tensor>>,
  parameters: ReadonlyMap<Tensor, Binding> = new Map(),
  precision?: PrecisionPass,
): Emitted {
  const parts: GraphParts = { nodes: [], initializers: [], inputs: {}, outputs: {} };
  const plain = nodeWriter(parts);
  const writer = precision?.writer(parts, plain, Object.values(outputs));
  const names = new Map<Tensor, string>();
  const nameOf = (x: Tensor): string => names.get(x) ?? unnamed(x);
  for (const node of topological(Object.values(outputs))) {
    const leaf = leafName(parts, node, parameters);
    const emit = () =>
      writer?.emit(node, node.inputs.map(nameOf)) ?? plain.emit(node, node.inputs.map(nameOf), plain.emitter);
    const emitted = leaf ? [leaf] : emit();
    for (const [i, y] of node.outputs.entries()) names.set(y, emitted[i] ?? unnamed(y));
  }
  const results = Object.entries(outputs).map(([name, y]) => [name, writer?.result(nameOf(y)) ?? nameOf(y)] as const);
  writer?.finish(results.map(([, value]) => value));
  nameOutputs(parts, results);
  for (const [name, { dtype, shape }] of Object.entries(outputs)) parts.outputs[name] = { dtype, shape };
  return { model: modelBytes(parts), inputs: parts.inputs, outputs: parts.outputs };
}

function unnamed(x: Tensor): never {
  throw new AquatintError("graph/no-name", `emit of ${x.node.op.name} gave no name for its output ${x.index}, ${x}`);
}

/** Computed values take the names of the outputs that they are; leaves, and values that are two outputs, are copied. */
function nameOutputs(
  { nodes, inputs, initializers }: GraphParts,
  outputs: readonly (readonly [name: string, value: string])[],
): void {
  const leaves = new Set([...Object.keys(inputs), ...initializers.map(({ name }) => name)]);
  for (const [name] of outputs) if (leaves.has(name)) throw nameInUse(name);
  const computed = new Set(nodes.flatMap(({ output }) => output));
  const names = new Map<string, string>();
  for (const [name, value] of outputs) if (computed.has(value) && !names.has(value)) names.set(value, name);
  for (const node of nodes) {
    node.input = node.input.map((value) => names.get(value) ?? value);
    node.output = node.output.map((value) => names.get(value) ?? value);
  }
  for (const [name, value] of outputs) {
    if (names.get(value) === name) continue;
    const copy = { name: `/output/${name}`, opType: "Identity", input: [names.get(value) ?? value], output: [name] };
    nodes.push(copy);
  }
}

const nameInUse = (name: string): AquatintError =>
  new AquatintError("graph/output-name", `an output is called "${name}", as an input or a parameter is`, {
    hint: "rename the output",
  });

/**
 * Constants of at most so many values are shared, int8 apart: those are zero points of weights. On processors without VNNI, ONNX
 * Runtime 1.30 replaces a zero point by a uint8 copy once a node that reads it, and the second of two such nodes fails.
 */
const SHARED_VALUES = 64;

/** Turns nodes of the graph into ONNX nodes, named after their module and op. */
function nodeWriter({ nodes, initializers }: GraphParts): PlainWriter {
  const constants = new Map<string, string>();
  let origin = { path: "", op: "" };
  // internal names begin with a slash, so that they differ from those of outputs
  let nextName = 0;
  const emitter: Emitter = {
    node: (...args) => emitter.nodes(...args)[0],
    nodes(opType, input, attrs = {}, { domain = "", outputs: n = 1 } = {}) {
      const next = () => `/v${nextName++}`;
      const output: [string, ...string[]] = [next(), ...Array.from({ length: n - 1 }, next)];
      const attribute = Object.entries(attrs).map(([name, value]) => attributeProto(name, value));
      const name = nodeName({ ...origin, onnx: opType }, nodes.length);
      nodes.push({ name, opType, domain, input: [...input], output, attribute });
      return output;
    },
    constant(dtype, values, shape = [values.length]) {
      const isShared = dtype !== "int8" && values.length <= SHARED_VALUES;
      const key = isShared ? `${dtype}:${shape}:${Array.from(values)}` : undefined;
      const sharedName = key && constants.get(key);
      if (sharedName) return sharedName;
      const name = `/c${nextName++}`;
      if (key) constants.set(key, name);
      initializers.push(constantProto(name, dtype, values, shape));
      return name;
    },
  };
  return {
    emitter,
    emit(node, names, e) {
      origin = { path: node.scope?.path() ?? "", op: node.op.name };
      // not every kernel takes tensors without elements, and there is nothing to compute
      if (node.outputs.every(({ shape }) => sizeOf(shape) === 0)) {
        return node.outputs.map(({ dtype, shape }) => e.constant(dtype, [], shape));
      }
      return [node.op.emit(e, names, node.attrs, { inputs: node.inputs, outputs: node.outputs })].flat();
    },
  };
}

/** A leaf's name, once it is an input or a constant of the model; undefined for a node that emits itself. */
function leafName(parts: GraphParts, node: Node, parameters: ReadonlyMap<Tensor, Binding>): string | undefined {
  const attrs = node.attrs as { readonly name?: string; readonly value?: HostTensor };
  if (node.op.grad !== "leaf" || attrs.value) return undefined;
  const tensor = node.outputs[0];
  const binding = parameters.get(tensor);
  const name = binding?.name ?? attrs.name;
  if (name === undefined) {
    throw new AquatintError("graph/unbound-parameter", `a parameter ${tensor} has no binding`, {
      hint: "bind every parameter of the module: parameters(module)",
    });
  }
  if (binding?.kind === "constant") addWeight(parts, name, tensor, binding.value);
  else parts.inputs[name] = { dtype: tensor.dtype, shape: tensor.shape };
  return name;
}

function addWeight(
  { initializers, nodes }: GraphParts,
  name: string,
  type: Type,
  value: HostTensor | ExternalData,
): void {
  if ("data" in value) {
    initializers.push(weightProto(name, type, value));
    return;
  }
  const asStored = value.stored || value.transposed ? storedName(name) : name;
  initializers.push(externalProto(asStored, type, value));
  const { scale } = value;
  if (scale) initializers.push(constantProto(scaleName(asStored), "float32", scale, [scale.length]));
  // ONNX Runtime makes inputs in the reverse order of their writing: what is written first is widened just before its use
  nodes.unshift(...widenWeight(asStored, name, value));
}
