import { floatToHalf } from "../../formats/safetensors/half.ts";
import type { Emitter } from "../../graph/emitter.ts";
import type { Node, Tensor } from "../../graph/tensor.ts";
import { topological } from "../../graph/topological.ts";
import type { GraphWriter, PrecisionPass } from "./emit.ts";
import { dataTypes, type TensorProto } from "./messages.ts";
import { attributeProto, type GraphParts, storedName } from "./proto.ts";

/**
 * Writes a graph in float16 with float32 at its edges, where an op's declaration says so (`OpSpec.float32`), and where ONNX wants it.
 * Values beyond 65504 become infinite.
 */
export const float16Pass: PrecisionPass = {
  writer(parts: GraphParts, plain, outputs): GraphWriter {
    const wide = float32Nodes(outputs);
    const { narrow, widen, markNarrow } = conversions(parts);
    const emitter = halfEmitter(plain.emitter, narrow);
    return {
      emit(node, names) {
        const isWide = wide.has(node);
        const convert = isWide ? widen : narrow;
        const inputs = names.map((name, i) => (node.inputs[i]?.dtype === "float32" ? convert(name) : name));
        const emitted = plain.emit(node, inputs, isWide ? plain.emitter : emitter);
        for (const [i, { dtype }] of node.outputs.entries()) {
          const name = emitted[i];
          if (!isWide && dtype === "float32" && name !== undefined) markNarrow(name);
        }
        return emitted;
      },
      result: widen,
      finish: (results) => dropUnused(parts, results),
    };
  },
};

/** Leaves, ops that are declared so, and the arguments of those whose arguments are. */
function float32Nodes(outputs: readonly Tensor[]): ReadonlySet<Node> {
  const [wide, precise] = [new Set<Node>(), new Set<Node>()];
  for (const node of topological(outputs).toReversed()) {
    if (node.op.float32 || node.op.grad === "leaf" || precise.has(node)) wide.add(node);
    if (node.op.float32 === "arguments" || precise.has(node)) for (const x of node.inputs) precise.add(x.node);
  }
  return wide;
}

/** Values of a graph in the other precision: each is converted once. */
function conversions({ nodes, initializers }: GraphParts) {
  const narrowed = new Map<string, string>();
  const widened = new Map<string, string>();
  const isNarrow = new Set<string>();
  const constants = new Map<string, TensorProto>();
  let indexed = 0;
  const constantOf = (name: string): TensorProto | undefined => {
    for (; indexed < initializers.length; indexed++) {
      const tensor = initializers[indexed];
      if (tensor?.name !== undefined) constants.set(tensor.name, tensor);
    }
    return constants.get(name);
  };
  const cast = (from: string, to: string, type: number): string => {
    const attribute = [attributeProto("to", type)];
    nodes.push({ name: `/float16/Cast_${nodes.length}`, opType: "Cast", input: [from], output: [to], attribute });
    return to;
  };
  const narrowOf = (name: string): string => {
    const [stored, constant] = [constantOf(storedName(name)), constantOf(name)];
    if (stored?.dataType === dataTypes.float16 && !isTransposed(nodes, storedName(name))) return storedName(name);
    const half = `${name}:half`;
    if (!constant?.rawData) return cast(name, half, dataTypes.float16);
    initializers.push({ ...constant, name: half, dataType: dataTypes.float16, rawData: halfBytes(constant.rawData) });
    return half;
  };
  const once = (cache: Map<string, string>, name: string, convert: (name: string) => string): string => {
    const converted = cache.get(name) ?? convert(name);
    cache.set(name, converted);
    return converted;
  };
  return {
    markNarrow: (name: string) => isNarrow.add(name),
    narrow: (name: string) => (isNarrow.has(name) ? name : once(narrowed, name, narrowOf)),
    widen: (name: string) =>
      isNarrow.has(name) ? once(widened, name, (x) => cast(x, `${x}:full`, dataTypes.float32)) : name,
  };
}

const isTransposed = (nodes: GraphParts["nodes"], name: string): boolean =>
  nodes.some(({ opType, input }) => opType === "Transpose" && input[0] === name);

function halfBytes(bytes: Uint8Array): Uint8Array {
  const values = new Float32Array(new Uint8Array(bytes).buffer);
  return new Uint8Array(floatToHalf(values).buffer);
}

/** Inputs by operator that ONNX wants in float32 whatever the operator computes in: the scales of a resize. */
const float32Inputs: Readonly<Record<string, readonly number[]>> = { Resize: [1, 2] };

/** Writes an op's nodes with its constants in float16, and conversions to float32 as conversions to float16. */
function halfEmitter(plain: Emitter, narrow: (name: string) => string): Emitter {
  const wideConstants = new Map<string, string>();
  const emitter: Emitter = {
    node: (...args) => emitter.nodes(...args)[0],
    nodes(opType, inputs, attrs = {}, options = {}) {
      const wide = float32Inputs[opType] ?? [];
      const operands = inputs.map((x, i) => (wide.includes(i) ? (wideConstants.get(x) ?? x) : x));
      const isToFloat = opType === "Cast" && attrs["to"] === dataTypes.float32;
      return plain.nodes(opType, operands, isToFloat ? { ...attrs, to: dataTypes.float16 } : attrs, options);
    },
    constant(dtype, values, shape) {
      const wide = plain.constant(dtype, values, shape);
      if (dtype !== "float32") return wide;
      const half = narrow(wide);
      wideConstants.set(half, wide);
      return half;
    },
  };
  return emitter;
}

/** Drops nodes and constants that nothing reads: weights in the precision that is not computed with. */
function dropUnused({ nodes, initializers }: GraphParts, results: readonly string[]): void {
  const names = new Set(results);
  const readNodes = nodes.toReversed().filter(({ input, output }) => {
    const isRead = output.some((name) => names.has(name));
    if (isRead) for (const name of input) names.add(name);
    return isRead;
  });
  nodes.splice(0, nodes.length, ...readNodes.reverse());
  const readConstants = initializers.filter(({ name }) => name !== undefined && names.has(name));
  initializers.splice(0, initializers.length, ...readConstants);
}
