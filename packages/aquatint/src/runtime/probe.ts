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
        input: [floats("x", [1])],
        output: [floats("y", [1])],
      },
    }),
  );

const CHANNELS = 16;
const PIXELS = 2;

/** Puts a picture [1, 16, 1, 2] into blocks of channels, so that the order of `probeNumbers` in `y` tells the block. */
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
/** The picture of `layoutProbeModel`. */
export const layoutProbeShape: readonly number[] = [1, CHANNELS, 1, PIXELS];
/** Its values, all different. */
export const layoutProbeValues = (): Float32Array => Float32Array.from({ length: CHANNELS * PIXELS }, (_, i) => i);

/** How many channels lie together in what `layoutProbeModel` gave; undefined when it is no such order. */
export function channelBlockOf(found: ArrayLike<number>): number | undefined {
  const block = Array.from(found).indexOf(1);
  if (block < 2 || CHANNELS % block) return undefined;
  const wanted = (i: number): number => {
    const [k, pixel, channel] = [Math.floor(i / (PIXELS * block)), Math.floor(i / block) % PIXELS, i % block];
    return (k * block + channel) * PIXELS + pixel;
  };
  return layoutProbeValues().every((i) => found[i] === wanted(i)) ? block : undefined;
}

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
