import { dataTypes, encodeModel } from "../compiler/onnx/messages.ts";
import { attributeProto, valueInfo } from "../compiler/onnx/proto.ts";
import { AquatintError, messageOf } from "../errors.ts";
import type { Type } from "../graph/types.ts";
import type { Runtime } from "./types.ts";

const single: Type = { dtype: "float32", shape: [1] };
const cast = (from: string, to: string, type: number) => ({
  opType: "Cast",
  input: [from],
  output: [to],
  attribute: [attributeProto("to", type)],
});

/** y = x + x of one number in float16. */
const sumModel = (): Uint8Array<ArrayBuffer> =>
  encodeModel({
    irVersion: 9,
    opsetImport: [{ domain: "", version: 20 }],
    graph: {
      name: "float16",
      node: [
        cast("x", "half", dataTypes.float16),
        { opType: "Add", input: ["half", "half"], output: ["sum"] },
        cast("sum", "y", dataTypes.float32),
      ],
      input: [valueInfo("x", single)],
      output: [valueInfo("y", single)],
    },
  });

const checks = new WeakMap<Runtime, Promise<void>>();

/** Runs one sum in float16. @throws AquatintError "runtime/float16" on a device without it, as a WebGPU adapter without "shader-f16". */
export function expectFloat16(runtime: Runtime): Promise<void> {
  const check = checks.get(runtime) ?? runSum(runtime);
  checks.set(runtime, check);
  return check;
}

async function runSum(runtime: Runtime): Promise<void> {
  const executable = {
    ...{ model: sumModel(), feeds: { x: single }, results: { y: single } },
    ...{ stateInputs: {}, updates: {} },
  };
  try {
    await using program = await runtime.load(executable);
    await program.run({ x: { dtype: "float32", shape: [1], data: Float32Array.of(1) } });
  } catch (error) {
    throw new AquatintError(
      "runtime/float16",
      `the device "${runtime.device}" does not compute in float16: ${messageOf(error)}`,
      {
        hint: 'compute in float32, as a WebGPU adapter without "shader-f16" must; weights may be in 8 or 4 bits (q8, q4)',
      },
    );
  }
}
