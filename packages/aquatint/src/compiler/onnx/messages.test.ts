import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import {
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  ModelProtoSchema,
} from "../../formats/generated/onnx_pb.ts";
import { attributeTypes, dataTypes, EXTERNAL, encodeModel, type ModelProto } from "./messages.ts";

const numbers = [0, 1, 127, 128, 300, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1, -1, -(2 ** 31), -(2 ** 53 - 1)];
const model: ModelProto = {
  irVersion: 9,
  producerName: "aquatint, ü",
  graph: {
    node: [
      {
        input: ["x", ""],
        output: ["y"],
        name: "a/b",
        opType: "Pad",
        attribute: [
          { name: "f", f: -0.1, type: attributeTypes.float },
          { name: "i", i: -1, type: attributeTypes.int },
          { name: "s", s: new TextEncoder().encode("né"), type: attributeTypes.string },
          { name: "ints", ints: numbers, type: attributeTypes.ints },
          { name: "none", ints: [], type: attributeTypes.ints },
        ],
        domain: "",
      },
    ],
    name: "graph",
    initializer: [
      { dims: [2, 0, 300], dataType: dataTypes.float32, name: "c", rawData: new Uint8Array(1000).fill(7) },
      {
        dims: [],
        dataType: dataTypes.bfloat16,
        name: "w",
        externalData: [{ key: "location", value: "a.bin" }],
        dataLocation: EXTERNAL,
      },
    ],
    input: [
      {
        name: "x",
        type: { tensorType: { elemType: dataTypes.bool, shape: { dim: [{ dimValue: 0 }, { dimValue: 130 }] } } },
      },
    ],
    output: [{ name: "y", type: { tensorType: { elemType: dataTypes.int32, shape: { dim: [] } } } }],
  },
  opsetImport: [{ domain: "", version: 20 }],
};

/** The same message for the library: integers of 64 bits are bigint there, and types one of several cases. */
function forLibrary({ irVersion, graph, opsetImport, ...rest }: ModelProto): MessageInitShape<typeof ModelProtoSchema> {
  const types = (infos: NonNullable<typeof graph>["input"] = []) =>
    infos.map(({ name, type }) => ({
      name: name!,
      type: {
        value: {
          case: "tensorType" as const,
          value: {
            elemType: type!.tensorType!.elemType!,
            shape: {
              dim: type!.tensorType!.shape!.dim!.map(({ dimValue }) => ({
                value: { case: "dimValue" as const, value: BigInt(dimValue!) },
              })),
            },
          },
        },
      },
    }));
  return {
    ...(rest as object),
    irVersion: BigInt(irVersion!),
    opsetImport: opsetImport!.map(({ domain, version }) => ({ domain: domain!, version: BigInt(version!) })),
    graph: {
      name: graph!.name!,
      node: graph!.node!.map(({ attribute, ...node }) => ({
        ...(node as object),
        attribute: attribute!.map(({ i, ints = [], ...other }) => ({
          ...(other as object),
          ...(i === undefined ? {} : { i: BigInt(i) }),
          ints: ints.map(BigInt),
        })),
      })),
      initializer: graph!.initializer!.map(({ dims, externalData = [], ...tensor }) => ({
        ...(tensor as object),
        dims: dims!.map(BigInt),
        externalData: externalData.map(({ key, value }) => ({ key: key!, value: value! })),
      })),
      input: types(graph!.input),
      output: types(graph!.output),
    },
  };
}

test("a model has the bytes that the protobuf library writes, and reads as what was meant", () => {
  const bytes = encodeModel(model);
  expect(bytes).toEqual(toBinary(ModelProtoSchema, create(ModelProtoSchema, forLibrary(model))));
  const read = fromBinary(ModelProtoSchema, bytes);
  expect(read.$unknown).toBeUndefined();
  expect(read.graph!.node[0]!.attribute[3]!.ints).toEqual(numbers.map(BigInt));
  expect(read.graph!.node[0]!.attribute[0]!.f).toBe(Math.fround(-0.1));
});

test("a model of more than one block of bytes has those of the protobuf library, long values and texts among them", () => {
  const nodes = Array.from({ length: 5000 }, (_, i) => ({
    ...{ input: [`x${i}`], output: [`ü${i}`], name: "é".repeat(i % 300), opType: "Neg", attribute: [], domain: "" },
  }));
  const initializer = [2 ** 16 - 1, 2 ** 16, 2 ** 16 + 1, 200_000].map((length) => ({
    ...{ dims: [length], dataType: dataTypes.bool, name: "n".repeat(length) },
    rawData: Uint8Array.from({ length }, (_, i) => i * 7),
  }));
  const large: ModelProto = { ...model, graph: { ...model.graph, node: nodes, initializer } };
  const expected = toBinary(ModelProtoSchema, create(ModelProtoSchema, forLibrary(large)));
  expect(Buffer.compare(encodeModel(large), expected)).toBe(0);
});

test("the numbers of types are those of onnx.proto", () => {
  const { FLOAT, INT32, INT64, INT8, UINT8, BOOL, FLOAT16, DOUBLE, BFLOAT16, FLOAT8E4M3FN, FLOAT8E5M2 } = DataType;
  expect(dataTypes).toEqual({
    ...{
      float32: FLOAT,
      int32: INT32,
      int8: INT8,
      uint8: UINT8,
      int64: INT64,
      bool: BOOL,
      float16: FLOAT16,
      float64: DOUBLE,
      bfloat16: BFLOAT16,
    },
    ...{ float8e4m3fn: FLOAT8E4M3FN, float8e5m2: FLOAT8E5M2 },
  });
  const { FLOAT: float, INT: int, STRING: string, INTS: ints } = AttributeType;
  expect(attributeTypes).toEqual({ float, int, string, ints });
  expect(EXTERNAL).toBe(DataLocation.EXTERNAL);
});
