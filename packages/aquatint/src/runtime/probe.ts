import { encodeModel } from "../compiler/onnx/messages.ts";
import { valueInfo } from "../compiler/onnx/proto.ts";
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
const floats = (name: string, shape: readonly number[]) => valueInfo(name, { dtype: "float32", shape });
