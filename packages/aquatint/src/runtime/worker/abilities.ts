import type { InferenceSession, TensorConstructor } from "onnxruntime-common";
import type { Layout } from "../../compiler/nchwc/layout.ts";
import { AquatintError, messageOf } from "../../errors.ts";
import { float32Data } from "../../graph/host-tensor.ts";
import { int8ProbeLength, int8ProbeValues, saturates } from "../int8-probe.ts";
import { channelBlockOf, layoutProbeShape, layoutProbeValues } from "../layout-probe.ts";
import type { OpenOptions } from "../protocol.ts";
import type { Device } from "../types.ts";
import { toHost } from "./state-store.ts";

/** Properties of a device, found by small models: each runs once, when its answer is needed. */
export interface Abilities {
  layout(): Promise<Layout>;
  /** True if products of uint8 and int8 overflow. */
  overflows(): Promise<boolean>;
  /** @throws AquatintError "runtime/float16" on a device that does not compute in float16, as a WebGPU adapter without "shader-f16". */
  expectFloat16(): Promise<void>;
}

interface ProbedDevice {
  readonly ort: { readonly Tensor: TensorConstructor };
  readonly device: Device;
  create(model: Uint8Array): Promise<InferenceSession>;
}

/** The abilities of a device that runs these probes. */
export const probedAbilities = (
  { layoutProbe, int8Probe, float16Probe }: OpenOptions,
  device: ProbedDevice,
): Abilities => ({
  layout: once(() => layoutOf(layoutProbe, device)),
  overflows: once(() => overflowOf(int8Probe, device)),
  expectFloat16: once(() => checkFloat16(float16Probe, device)),
});

/** A processor without these kernels refuses the probe, or computes it in another order. */
async function layoutOf(probe: Uint8Array, { ort, create }: ProbedDevice): Promise<Layout> {
  try {
    const session = await create(probe);
    const { y } = await session.run({ x: new ort.Tensor("float32", layoutProbeValues(), layoutProbeShape) });
    await session.release();
    return { channelBlock: y && channelBlockOf(float32Data(toHost(y))) };
  } catch {
    return {};
  }
}

/** True if this processor's products of uint8 and int8 overflow; false where it has no kernel for them, which a program says. */
async function overflowOf(probe: Uint8Array, { ort, create }: ProbedDevice): Promise<boolean> {
  try {
    const session = await create(probe);
    const { y } = await session.run({ x: new ort.Tensor("float32", int8ProbeValues(), [1, int8ProbeLength]) });
    await session.release();
    return y !== undefined && saturates(float32Data(toHost(y)));
  } catch {
    return false;
  }
}

async function checkFloat16(probe: Uint8Array, { ort, create, device }: ProbedDevice): Promise<void> {
  try {
    const session = await create(probe);
    await session.run({ x: new ort.Tensor("float32", [1], [1]) });
    await session.release();
  } catch (error) {
    throw new AquatintError(
      "runtime/float16",
      `the device "${device}" does not compute in float16: ${messageOf(error)}`,
      {
        hint: 'compute in float32, as a WebGPU adapter without "shader-f16" must; weights may be in 8 or 4 bits (q8, q4)',
      },
    );
  }
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}
