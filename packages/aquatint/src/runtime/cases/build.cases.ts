import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { Executable } from "../../compiler/executable.ts";
import {
  AttributeProto_AttributeType,
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataType,
  type ValueInfoProtoSchema,
} from "../../formats/generated/onnx_pb.ts";
import type { Type } from "../../graph/types.ts";

type Types = Readonly<Record<string, Type>>;

interface Parts extends Partial<Omit<Executable, "model">> {
  readonly nodes: MessageInitShape<typeof NodeProtoSchema>[];
}

/** An executable of ONNX nodes, typed by hand. */
export function executable({ nodes, feeds = {}, stateInputs = {}, results = {}, updates = {} }: Parts): Executable {
  const inputs = { ...feeds, ...stateInputs };
  const outputs = { ...mapUpdates(updates, stateInputs), ...results };
  const model = create(ModelProtoSchema, {
    irVersion: 9n,
    opsetImport: [{ domain: "", version: 20n }],
    graph: { name: "case", node: nodes, input: valueInfos(inputs), output: valueInfos(outputs) },
  });
  return { model: toBinary(ModelProtoSchema, model), feeds, stateInputs, results, updates };
}

const mapUpdates = (updates: Readonly<Record<string, string>>, types: Types): Types =>
  Object.fromEntries(Object.entries(updates).map(([output, name]) => [output, types[name]!]));

export const elementType = {
  float32: TensorProto_DataType.FLOAT,
  int32: TensorProto_DataType.INT32,
  bool: TensorProto_DataType.BOOL,
  int8: TensorProto_DataType.INT8,
  uint8: TensorProto_DataType.UINT8,
};
const valueInfos = (types: Types): MessageInitShape<typeof ValueInfoProtoSchema>[] =>
  Object.entries(types).map(([name, { dtype, shape }]) => {
    const dim = shape.map((n) => ({ value: { case: "dimValue" as const, value: BigInt(n) } }));
    return { name, type: { value: { case: "tensorType", value: { elemType: elementType[dtype], shape: { dim } } } } };
  });

/** An attribute that is a whole number. */
export function integer(name: string, i: number) {
  return { name, type: AttributeProto_AttributeType.INT, i: BigInt(i) };
}
