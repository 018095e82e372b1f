import { encodeModel } from "../compiler/onnx/messages.ts";
import { constantProto, valueInfo } from "../compiler/onnx/proto.ts";
import { int8ProbeLength, int8ProbeWeights } from "./int8-probe.ts";
import { layoutProbeShape } from "./layout-probe.ts";

/** The smallest ONNX model, y = -x for one number: if it does not load, nothing will. */
export const probeModel = (): Uint8Array<ArrayBuffer> =>
  encodeModel({
    irVersion: 9,
    opsetImport: [{ domain: "", version: 20 }],
    graph: {
      name: "probe",
      node: [{ opType: "Neg", input: ["x"], output: ["y"] }],
      input: [floats("x", [1])],
      output: [floats("y", [1])],
    },
  });

/** Puts an image [1, 16, 1, 2] into blocks of channels, so that the order of `probeNumbers` in `y` tells the block. */
export const layoutProbeModel = (): Uint8Array<ArrayBuffer> =>
  encodeModel({
    irVersion: 9,
    opsetImport: [
      { domain: "", version: 20 },
      { domain: "com.microsoft.nchwc", version: 1 },
    ],
    graph: {
      name: "layout",
      node: [{ opType: "ReorderInput", domain: "com.microsoft.nchwc", input: ["x"], output: ["y"] }],
      input: [floats("x", layoutProbeShape)],
      output: [floats("y", layoutProbeShape)],
    },
  });
/** Products of uint8 and int8 that overflow 16 bits in pairs. */
export const int8ProbeModel = (): Uint8Array<ArrayBuffer> =>
  encodeModel({
    irVersion: 9,
    opsetImport: [
      { domain: "", version: 20 },
      { domain: "com.microsoft", version: 1 },
    ],
    graph: {
      name: "int8",
      node: [
        { opType: "QuantizeLinear", input: ["x", "one", "zero"], output: ["q"] },
        { opType: "MatMulIntegerToFloat", domain: "com.microsoft", input: ["q", "w", "one", "one"], output: ["y"] },
      ],
      initializer: [
        constantProto("one", "float32", [1], []),
        constantProto("zero", "uint8", [0], []),
        constantProto("w", "int8", int8ProbeWeights(), [int8ProbeLength, int8ProbeLength]),
      ],
      input: [floats("x", [1, int8ProbeLength])],
      output: [floats("y", [1, int8ProbeLength])],
    },
  });
const floats = (name: string, shape: readonly number[]) => valueInfo(name, { dtype: "float32", shape });
