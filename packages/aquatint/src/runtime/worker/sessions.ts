import type { InferenceSession, InferenceSessionFactory, TensorConstructor } from "onnxruntime-common";
import type { Executable, WeightMemory } from "../../compiler/executable.ts";
import type { Layout } from "../../compiler/nchwc/layout.ts";
import { AquatintError, messageOf } from "../../errors.ts";
import { float32Data } from "../../graph/host-tensor.ts";
import { int8ProbeLength, int8ProbeValues, saturates } from "../int8-probe.ts";
import { channelBlockOf, layoutProbeShape, layoutProbeValues } from "../layout-probe.ts";
import type { OpenOptions, RuntimeInfo } from "../protocol.ts";
import type { Device } from "../types.ts";
import { toHost } from "./state-store.ts";

/** The platform that ONNX Runtime runs on: Node or a browser. */
export interface Platform {
  readonly ort: { readonly InferenceSession: InferenceSessionFactory; readonly Tensor: TensorConstructor };
  /** The devices that this machine may have, the default first. */
  devices(): Promise<readonly Device[]>;
  /** Sets ONNX Runtime up before its first session; answers with the number of threads it will use. */
  configure(options: OpenOptions): number;
  /** For how long a thread without work looks for more before it sleeps, in microseconds; it sleeps at once when absent. */
  readonly spinMicroseconds?: number;
  /** Devices with kernels for blocks of channels (NCHWc). */
  readonly nchwcDevices: readonly Device[];
  /** Sessions with packed weights on disk, where there is one. */
  packedSession?(packed: NonNullable<Executable["packed"]>): PackedSession;
  /** The hint for a device that is offered and fails. */
  readonly deviceHint: string;
}

/** Session that reads or writes packed weights on disk. */
export interface PackedSession {
  /** File of the graph in place of the executable's own. */
  readonly model?: string;
  readonly options: InferenceSession.SessionOptions;
  readonly entries: Readonly<Record<string, string>>;
}

/** Makes the sessions of one worker, all for the device that `open` chose. */
export interface Sessions {
  open(options: OpenOptions): Promise<RuntimeInfo>;
  create(
    model: Uint8Array,
    how?: Pick<Executable, "weightsFolder" | "weightBlobs" | "weightMemory" | "nchwc" | "int8" | "packed">,
  ): Promise<InferenceSession>;
}

/** Sessions that share the options of one worker. */
export function createSessions(platform: Platform): Sessions {
  const { ort, devices, configure, spinMicroseconds, nchwcDevices, packedSession, deviceHint } = platform;
  let options: InferenceSession.SessionOptions = {};
  let fallback: Readonly<Record<string, string>> = {};
  let overflow: () => Promise<boolean> = async () => false;
  const create: Sessions["create"] = async (model, how = {}) => {
    const overflows = how.int8 === true && (await overflow());
    const { file, settings } = sessionOf(how, { options, fallback, spinMicroseconds, packedSession, overflows });
    return file === undefined
      ? ort.InferenceSession.create(model, settings)
      : ort.InferenceSession.create(file, settings);
  };

  async function open(openOptions: OpenOptions): Promise<RuntimeInfo> {
    const available = await devices();
    const device = openOptions.device ?? available[0];
    if (device === undefined || !available.includes(device)) {
      throw new AquatintError("runtime/device", `the device "${device}" is not offered here`, {
        hint: oneOf(available),
      });
    }
    const threads = configure(openOptions);
    options = { ...sharedOptions, executionProviders: [device], intraOpNumThreads: threads };
    fallback = openOptions.cpuFallback === false ? { disable_cpu_ep_fallback: "1" } : {};
    const session = await create(openOptions.probe).catch((error: unknown) => {
      const alternatives = available.filter((other) => other !== device);
      throw new AquatintError("runtime/device", `the device "${device}" does not work: ${messageOf(error)}`, {
        hint: alternatives.length > 0 ? `${deviceHint}; or ${oneOf(alternatives)}` : deviceHint,
      });
    });
    await session.release();
    overflow = once(() => overflowOf(openOptions.int8Probe, { ort, create }));
    const layout = nchwcDevices.includes(device) ? await layoutOf(openOptions.layoutProbe, { ort, create }) : {};
    return { device, devices: available, threads, layout };
  }
  return { open, create };
}

interface WorkerSettings {
  readonly spinMicroseconds: number | undefined;
  readonly packedSession: Platform["packedSession"] | undefined;
  readonly options: InferenceSession.SessionOptions;
  readonly fallback: Readonly<Record<string, string>>;
  /** Products of uint8 and int8 overflow. */
  readonly overflows: boolean;
}

/** The options of a session, and the file of its graph where that is not the executable's own. */
function sessionOf(
  {
    weightsFolder,
    weightBlobs,
    weightMemory = "packed",
    nchwc,
    packed,
  }: NonNullable<Parameters<Sessions["create"]>[1]>,
  { options, fallback, spinMicroseconds, packedSession, overflows }: WorkerSettings,
) {
  const use = packed && packedSession?.(packed);
  const { options: weightOptions, entries } = weightSettings[weightMemory];
  const external = use?.model === undefined ? weightsFolder : undefined;
  const settings: InferenceSession.SessionOptions = {
    ...options,
    ...weightOptions,
    ...(nchwc && nchwcOptions),
    ...(overflows && exactOptions),
    ...use?.options,
    ...(weightBlobs && { externalData: Array.from(weightBlobs, ([path, data]) => ({ path, data })) }),
    extra: {
      session: {
        ...sessionEntries(spinMicroseconds, external),
        ...entries,
        ...use?.entries,
        ...(overflows && exactEntries),
        ...fallback,
      },
    },
  };
  return { file: use?.model, settings };
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
    return { channelBlock: y && channelBlockOf(float32Data(toHost(y))) };
  } catch {
    return {};
  }
}

/** True if this processor's products of uint8 and int8 overflow; false where it has no kernel for them, which a program says. */
async function overflowOf(
  probe: Uint8Array,
  { ort, create }: Pick<Platform, "ort"> & Pick<Sessions, "create">,
): Promise<boolean> {
  try {
    const session = await create(probe);
    const { y } = await session.run({ x: new ort.Tensor("float32", int8ProbeValues(), [1, int8ProbeLength]) });
    await session.release();
    return y !== undefined && saturates(float32Data(toHost(y)));
  } catch {
    return false;
  }
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}

/**
 * Weights become uint8, whose products are exact everywhere; by one of ONNX Runtime's optimizations, and slower than int8 where
 * that does not overflow.
 */
const exactEntries = { x64quantprecision: "1" };
const exactOptions = { graphOptimizationLevel: "all" } as const;

const sharedOptions: InferenceSession.SessionOptions = {
  executionMode: "sequential",
  enableMemPattern: false, // a pattern is a second block beside what the first run took (decision 0009)
  enableCpuMemArena: true,
  logSeverityLevel: 4, // errors are thrown, with the same words
};

/** Programs in NCHWc are loaded without optimization; they are mostly training, which was measured with a memory pattern. */
const nchwcOptions = {
  graphOptimizationLevel: "disabled",
  enableMemPattern: true,
} as const satisfies InferenceSession.SessionOptions;

/**
 * Weights that stay in their files are never copied: no packing by kernels, no folding of what widens them, no
 * blocks of channels.
 */
const weightSettings = {
  packed: { options: { graphOptimizationLevel: "all" }, entries: {} },
  mapped: {
    options: { graphOptimizationLevel: "disabled" },
    entries: { disable_prepacking: "1" },
  },
} as const satisfies Record<WeightMemory, { options: InferenceSession.SessionOptions; entries: object }>;

const sessionEntries = (spinMicroseconds: number | undefined, weightsFolder: string | undefined) => ({
  intra_op:
    spinMicroseconds === undefined
      ? { allow_spinning: "0" }
      : { allow_spinning: "1", spin_duration_us: String(spinMicroseconds) },
  ...(weightsFolder !== undefined && { model_external_initializers_file_folder_path: weightsFolder }),
});

const oneOf = (devices: readonly Device[]): string => `use ${devices.join(" or ")}`;
