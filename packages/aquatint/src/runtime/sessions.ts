import type { InferenceSession, InferenceSessionFactory, TensorConstructor } from "onnxruntime-common";
import type { Executable, WeightMemory } from "../compiler/executable.ts";
import type { Layout } from "../compiler/nchwc/layout.ts";
import { AquatintError, messageOf } from "../errors.ts";
import { channelBlockOf, layoutProbeShape, layoutProbeValues } from "./channel-block.ts";
import type { Opened, OpenOptions } from "./protocol.ts";
import type { Device } from "./types.ts";

/** What differs between the places where ONNX Runtime runs. */
export interface Platform {
  readonly ort: { readonly InferenceSession: InferenceSessionFactory; readonly Tensor: TensorConstructor };
  /** The devices that this machine may have, the default first. */
  devices(): Promise<readonly Device[]>;
  /** Sets ONNX Runtime up before its first session; answers with the number of threads it will use. */
  configure(options: OpenOptions): number;
  /** The devices whose convolutions may be written in blocks of channels. */
  readonly blocked: readonly Device[];
  /** What to see to when the device is offered and yet fails. */
  readonly advice: string;
}

/** Makes the sessions of one worker, all for the device that `open` settled on. */
export interface Sessions {
  open(options: OpenOptions): Promise<Opened>;
  create(
    model: Uint8Array,
    how?: Pick<Executable, "weightsFolder" | "weightMemory" | "arranged">,
  ): Promise<InferenceSession>;
}

/** Sessions that share the options of one worker. */
export function createSessions({ ort, devices, configure, blocked, advice }: Platform): Sessions {
  let options: InferenceSession.SessionOptions = {};
  let fallback: Readonly<Record<string, string>> = {};
  const create: Sessions["create"] = (model, { weightsFolder, weightMemory = "packed", arranged } = {}) =>
    ort.InferenceSession.create(model, {
      ...options,
      ...holding[weightMemory].options,
      ...(arranged && arrangedOptions),
      extra: { session: { ...sessionEntries(weightsFolder), ...holding[weightMemory].entries, ...fallback } },
    });

  async function open(wanted: OpenOptions): Promise<Opened> {
    const listed = await devices();
    const device = wanted.device ?? listed[0];
    if (device === undefined || !listed.includes(device)) {
      throw new AquatintError("runtime/device", `the device "${device}" is not offered here`, { hint: oneOf(listed) });
    }
    const threads = configure(wanted);
    options = { ...sharedOptions, executionProviders: [device], intraOpNumThreads: threads };
    fallback = wanted.cpuFallback === false ? { disable_cpu_ep_fallback: "1" } : {};
    const session = await create(wanted.probe).catch((error: unknown) => {
      const others = listed.filter((other) => other !== device);
      throw new AquatintError("runtime/device", `the device "${device}" does not work: ${messageOf(error)}`, {
        hint: others.length > 0 ? `${advice}; or ${oneOf(others)}` : advice,
      });
    });
    await session.release();
    const layout = blocked.includes(device) ? await layoutOf(wanted.layoutProbe, { ort, create }) : {};
    return { device, devices: listed, threads, layout };
  }
  return { open, create };
}

/** A processor without these kernels refuses the probe, or computes it in another order. */
async function layoutOf(
  probe: Uint8Array,
  { ort, create }: Pick<Platform, "ort"> & Pick<Sessions, "create">,
): Promise<Layout> {
  try {
    const session = await create(probe);
    const { y } = await session.run({ x: new ort.Tensor("float32", layoutProbeValues(), layoutProbeShape) });
    await session.release();
    return { channelBlock: channelBlockOf(y?.data as Float32Array) };
  } catch {
    return {};
  }
}

const sharedOptions: InferenceSession.SessionOptions = {
  executionMode: "sequential",
  enableMemPattern: false, // a pattern is a second block beside what the first run took (decision 0009)
  enableCpuMemArena: true,
  logSeverityLevel: 4, // errors are thrown, with the same words
};

/** What was arranged in blocks is loaded as it is; it is mostly training, which was measured with a memory pattern. */
const arrangedOptions = {
  graphOptimizationLevel: "disabled",
  enableMemPattern: true,
} as const satisfies InferenceSession.SessionOptions;

/**
 * Where weights stay in their files nothing may copy them: no packing by kernels, no folding of what widens them, no
 * blocks of channels.
 */
const holding = {
  packed: { options: { graphOptimizationLevel: "all" }, entries: {} },
  mapped: {
    options: { graphOptimizationLevel: "disabled" },
    entries: { disable_prepacking: "1" },
  },
} as const satisfies Record<WeightMemory, { options: InferenceSession.SessionOptions; entries: object }>;

// Two threads on two cores: with spinning a step is 0 to 10 % faster on an idle machine, 10 to 20 % slower on a busy one.
const sessionEntries = (weightsFolder: string | undefined) => ({
  intra_op: { allow_spinning: "0" },
  ...(weightsFolder !== undefined && { model_external_initializers_file_folder_path: weightsFolder }),
});

const oneOf = (devices: readonly Device[]): string => `use ${devices.join(" or ")}`;
