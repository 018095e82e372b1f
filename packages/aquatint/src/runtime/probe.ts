import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, TensorProto_DataType, type ValueInfoProtoSchema } from "../formats/generated/onnx_pb.ts";
import { layoutProbeShape } from "./layout-probe.ts";

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
        input: [floats("x", [1])],
        output: [floats("y", [1])],
      },
    }),
  );

/** Puts an image [1, 16, 1, 2] into blocks of channels, so that the order of `probeNumbers` in `y` tells the block. */
export const layoutProbeModel = (): Uint8Array<ArrayBuffer> =>
  toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 9n,
      opsetImport: [
        { domain: "", version: 20n },
        { domain: "com.microsoft.nchwc", version: 1n },
      ],
      graph: {
        name: "layout",
        node: [{ opType: "ReorderInput", domain: "com.microsoft.nchwc", input: ["x"], output: ["y"] }],
        input: [floats("x", layoutProbeShape)],
        output: [floats("y", layoutProbeShape)],
      },
    }),
  );
const floats = (name: string, shape: readonly number[]): MessageInitShape<typeof ValueInfoProtoSchema> => ({
  name,
  type: {
    value: {
      case: "tensorType",
      value: {
        elemType: TensorProto_DataType.FLOAT,
        shape: { dim: shape.map((d) => ({ value: { case: "dimValue", value: BigInt(d) } })) },
      },
    },
  },
});
