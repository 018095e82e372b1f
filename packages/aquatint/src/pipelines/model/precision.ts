import { AquatintError } from "../../errors.ts";
import type { Device } from "../../runtime/types.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import { mayQuantize } from "../quantize/float-layers.ts";
import type { TextToImageModel, WeightBinding } from "./model-folder.ts";

/** Precision of a model's networks; without one, weights in 8 bits compute in 8 bits, and others in float32. */
export const precisions = ["float32", "int8", "dynamic"] as const;
/** "int8": layers whose ranges are known. "dynamic": the U-Net's linear layers, whose ranges are found in each run. */
export type Precision = (typeof precisions)[number];

/** Options that a precision may rule out. */
export interface PrecisionOptions {
  readonly precision?: Precision | undefined;
  readonly device?: Device | undefined;
  readonly vaePrecision?: "float32" | "float16" | undefined;
  readonly weightMemory?: MemoryPlan["weightMemory"] | undefined;
  readonly maxMemory?: number | undefined;
}

/** The model with its layers in this precision. @throws AquatintError "precision/…" where the model, the device or another option rules it out. */
export function withPrecision(model: TextToImageModel, options: PrecisionOptions): TextToImageModel {
  const isQuantized = [...model.locations.values()].some(({ quantized }) => quantized);
  const { precision = isQuantized ? "int8" : "float32" } = options;
  check[precision](options, { name: model.name, isQuantized });
  return { ...model, binding: async () => bindings[precision](await model.binding()) };
}

interface ModelWeights {
  readonly name: string;
  /** True if they are in 8 bits. */
  readonly isQuantized: boolean;
}

const refuse = (kind: string, message: string, hint: string): never => {
  throw new AquatintError(`precision/${kind}`, message, { hint });
};

/** Kernels in 8 bits are those of the CPU; the conversion to float16 would convert them, too. */
function checkKernels({ precision, device = "cpu", vaePrecision }: PrecisionOptions): void {
  const subject =
    precision === undefined ? "the model's weights are in 8 bits, which compute" : `${precision} computes`;
  if (device !== "cpu") {
    const hint = "give --precision float32, which widens weights in 8 bits, or take the CPU";
    refuse("device", `${subject} on the CPU, and the device is "${device}"`, hint);
  }
  if (vaePrecision === "float16") {
    refuse("vae", `${subject} with a decoder in float32, and its precision is float16`, "leave --vae-precision out");
  }
}

const check: Readonly<Record<Precision, (options: PrecisionOptions, weights: ModelWeights) => void>> = {
  float32: () => {},
  int8(options, { name, isQuantized }) {
    checkKernels(options);
    if (isQuantized) return;
    const hint =
      "write them once: aquatint quantize MODEL --out FILE.safetensors, then give --variant FILE.safetensors; or take --precision dynamic, which needs none";
    refuse("weights", `${name} has no weights in 8 bits, and int8 needs the ranges that come with them`, hint);
  },
  dynamic(options, { name, isQuantized }) {
    checkKernels(options);
    if (isQuantized)
      refuse("weights", `the weights of ${name} are in 8 bits with ranges already`, "take --precision int8");
    const isMapped = options.weightMemory === "mapped" || options.maxMemory !== undefined;
    if (isMapped) {
      const hint = "leave out --weight-memory mapped and --max-memory, or quantize the model: aquatint quantize";
      refuse("memory", "dynamic rounds weights while they are packed, and they may be mapped here", hint);
    }
  },
};

/** The weights as programs take them in each precision. */
const bindings: Readonly<Record<Precision, (binding: WeightBinding) => Promise<WeightBinding>>> = {
  float32: async ({ parameters, ...rest }) => ({ ...rest, parameters: { ...parameters, int8: undefined } }),
  int8: async (binding) => binding,
  dynamic: async ({ parameters, ...rest }) => {
    const { dynamicPass } = await import("../../compiler/int8/dynamic.ts");
    const names = [...parameters.names.keys()].filter((name) => name.startsWith("unet.") && mayQuantize(name));
    return { ...rest, parameters: { ...parameters, int8: dynamicPass(names) } };
  },
};
