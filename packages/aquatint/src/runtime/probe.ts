import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, TensorProto_DataType, type ValueInfoProtoSchema } from "../formats/generated/onnx_pb.ts";

/** The smallest ONNX model, y = -x for one number: if it does not load, nothing will. */
export const probeModel = (): Uint8Array<ArrayBuffer> =>
  toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 9n,
      opsetImport: [{ domain: "", version: 20n }],
      graph: {
        name: "probe",
        node: [{ opType: "Neg", input: ["x"], output: ["y"] }],
        input: [oneNumber("x")],
        output: [oneNumber("y")],
      },
    }),
  );

const oneNumber = (name: string): MessageInitShape<typeof ValueInfoProtoSchema> => ({
  name,
  type: {
    value: {
      case: "tensorType",
      value: {
        elemType: TensorProto_DataType.FLOAT,
        shape: { dim: [{ value: { case: "dimValue", value: 1n } }] },
      },
    },
  },
});
