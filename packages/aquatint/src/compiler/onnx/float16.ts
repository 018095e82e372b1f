import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  type GraphProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  type ValueInfoProto,
} from "../../formats/generated/onnx_pb.ts";
import { floatToHalf } from "../../formats/safetensors/half.ts";
import type { Executable } from "../executable.ts";

/** The same program with every float32 value inside it as float16. */
export function toFloat16(executable: Executable): Executable {
  const model = fromBinary(ModelProtoSchema, executable.model);
  const { graph } = model;
  if (graph) convertGraph(graph);
  return { ...executable, model: toBinary(ModelProtoSchema, model) };
}

/** Inputs by opType that are float32 whatever the op computes in: the scales of a resize. */
const alwaysFull: Readonly<Record<string, readonly number[]>> = { Resize: [1, 2] };

function convertGraph(graph: GraphProto): void {
  const full = new Set(graph.node.flatMap((n) => (alwaysFull[n.opType] ?? []).map((i) => n.input[i] ?? "")));
  for (const node of graph.node) {
    convertCast(node);
  }
  const before: NodeProto[] = [];
  for (const tensor of graph.initializer) {
    if (tensor.dataType !== DataType.FLOAT || full.has(tensor.name)) continue;
    if (tensor.dataLocation === DataLocation.EXTERNAL) before.push(narrowToFloat16(graph, tensor));
    else convertValues(tensor);
  }
  for (const value of graph.input.filter(isFloat)) before.push(narrowToFloat16(graph, value));
  const after = graph.output.filter(isFloat).map(({ name }) => {
    for (const node of graph.node) node.output = node.output.map((y) => (y === name ? `${name}:half` : y));
    for (const node of graph.node) node.input = node.input.map((x) => (x === name ? `${name}:half` : x));
    return cast(`${name}:half`, name, DataType.FLOAT);
  });
  graph.node = [...before, ...graph.node, ...after];
}

const isFloat = ({ type }: ValueInfoProto): boolean =>
  type?.value.case === "tensorType" && type.value.value.elemType === DataType.FLOAT;

/** Turns a cast to float32 into a cast to float16. */
function convertCast({ opType, attribute }: NodeProto): void {
  const to = opType === "Cast" ? attribute.find(({ name }) => name === "to") : undefined;
  if (to?.i === BigInt(DataType.FLOAT)) to.i = BigInt(DataType.FLOAT16);
}

function convertValues(tensor: TensorProto): void {
  const { buffer, byteOffset, byteLength } = tensor.rawData.slice();
  const bits = floatToHalf(new Float32Array(buffer, byteOffset, byteLength / 4));
  tensor.dataType = DataType.FLOAT16;
  tensor.rawData = new Uint8Array(bits.buffer);
}

/** A node that narrows what is given in float32; the program's own nodes take its result instead. */
function narrowToFloat16({ node }: GraphProto, { name }: { readonly name: string }): NodeProto {
  for (const user of node) user.input = user.input.map((x) => (x === name ? `${name}:half` : x));
  return cast(name, `${name}:half`, DataType.FLOAT16);
}

const cast = (from: string, to: string, type: DataType): NodeProto =>
  create(NodeProtoSchema, {
    name: `half/${to}`,
    opType: "Cast",
    input: [from],
    output: [to],
    attribute: [create(AttributeProtoSchema, { name: "to", type: AttributeType.INT, i: BigInt(type) })],
  });
