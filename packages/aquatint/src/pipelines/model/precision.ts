import { readTensors } from "../../checkpoints/read.ts";
import type { BlockBits } from "../../compiler/int8/blockwise.ts";
import { AquatintError } from "../../errors.ts";
import type { HostTensor } from "../../graph/types.ts";
import type { Device } from "../../runtime/types.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import { mayQuantize } from "../quantize/float-layers.ts";
import type { TextToImageModel, WeightBinding } from "./model-folder.ts";
import type { Precision } from "./precision-names.ts";

/** Options that a precision may rule out. */
export interface PrecisionOptions {
  /** Without one, weights in 8 bits compute in 8 bits, and others in float32. */
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
  const { check, bind } = forms[precision];
  check(options, { name: model.name, isQuantized });
  return { ...model, binding: async () => bind(await model.binding(), model) };
}

interface ModelWeights {
  readonly name: string;
  /** True if they are in 8 bits. */
  readonly isQuantized: boolean;
}

/** A precision: what rules it out, and the weights as programs take them in it. */
interface PrecisionForm {
  check(options: PrecisionOptions, weights: ModelWeights): void;
  bind(binding: WeightBinding, model: TextToImageModel): Promise<WeightBinding>;
}

const refuse = (kind: string, message: string, hint: string): never => {
  throw new AquatintError(`precision/${kind}`, message, { hint });
};

/** Kernels in 8 bits are those of the CPU; the conversion to float16 would convert them, too. */
function checkKernels({ precision, device = "cpu", vaePrecision }: PrecisionOptions): void {
  const subject =
    precision === undefined ? "the model's weights are in 8 bits, which compute" : `${precision} computes`;
  if (device !== "cpu") {
    const hint =
      "give --precision float32, which widens weights in 8 bits, or take the CPU; other weights may be in 8 bits there: --precision q8";
    refuse("device", `${subject} on the CPU, and the device is "${device}"`, hint);
  }
  if (vaePrecision === "float16") {
    refuse("vae", `${subject} with a decoder in float32, and its precision is float16`, "leave --vae-precision out");
  }
}

/** Rounding weights needs the ones that were published. */
function checkFloatWeights({ precision }: PrecisionOptions, { name, isQuantized }: ModelWeights): void {
  if (!isQuantized) return;
  refuse("weights", `${precision} rounds weights, and those of ${name} are in 8 bits already`, "leave out --variant");
}

/** CPUs compute float16 in float32 and round in between. */
function checkGpu({ precision, device = "cpu" }: PrecisionOptions): void {
  if (device !== "cpu" && device !== "wasm") return;
  const hint = "name a GPU: --device webgpu; on the CPU take --precision dynamic or int8";
  refuse("device", `${precision} computes on a GPU, and the device is "${device}"`, hint);
}

/** The U-Net's linear layers, by the names of their weights. */
const linearLayers = ({ names }: WeightBinding["parameters"]): string[] =>
  Array.from(names)
    .filter(([name, { shape }]) => name.startsWith("unet.") && shape.length === 2 && mayQuantize(name))
    .map(([name]) => name);

const blockwise = (bits: BlockBits): PrecisionForm => ({
  check: checkFloatWeights,
  async bind({ parameters, ...rest }, { locations }) {
    const { blockwisePass, blockwiseWeight } = await import("../../compiler/int8/blockwise.ts");
    const blocks = new Map<string, ReturnType<typeof blockwiseWeight>>();
    for (const name of linearLayers(parameters)) {
      const weight = await floatWeight(name, { parameters, locations });
      if (weight) blocks.set(name, blockwiseWeight(weight, bits));
    }
    return { ...rest, parameters: { ...parameters, int8: blockwisePass(blocks, bits) } };
  },
});

/** A weight in float32: as it is bound, or read from its file. */
async function floatWeight(
  name: string,
  { parameters: { as }, locations }: Pick<WeightBinding, "parameters"> & Pick<TextToImageModel, "locations">,
): Promise<HostTensor<"float32"> | undefined> {
  const value = as === "state" ? undefined : as.get(name);
  const location = locations.get(name);
  const bound = value && "data" in value ? value : undefined;
  const weight = bound ?? (location && (await readTensors(new Map([[name, location]]))).get(name));
  return weight?.dtype === "float32" ? weight : undefined;
}

const float16: PrecisionForm = {
  check(options, weights) {
    checkGpu(options);
    checkFloatWeights(options, weights);
  },
  async bind(binding) {
    const { float16Pass } = await import("../../compiler/onnx/float16.ts");
    return { ...binding, float16: float16Pass };
  },
};

/** Both, one after the other. */
const both = (first: PrecisionForm, second: PrecisionForm): PrecisionForm => ({
  check(options, weights) {
    first.check(options, weights);
    second.check(options, weights);
  },
  bind: async (binding, model) => second.bind(await first.bind(binding, model), model),
});

const [q8, q4] = [blockwise(8), blockwise(4)];

const forms: Readonly<Record<Precision, PrecisionForm>> = {
  float32: {
    check: () => {},
    bind: async ({ parameters, ...rest }) => ({ ...rest, parameters: { ...parameters, int8: undefined } }),
  },
  int8: {
    check(options, { name, isQuantized }) {
      checkKernels(options);
      if (isQuantized) return;
      const hint =
        "write them once: aquatint quantize MODEL --out FILE.safetensors, then give --variant FILE.safetensors; or take --precision dynamic, which needs none";
      refuse("weights", `${name} has no weights in 8 bits, and int8 needs the ranges that come with them`, hint);
    },
    bind: async (binding) => binding,
  },
  dynamic: {
    check(options, { name, isQuantized }) {
      checkKernels(options);
      if (isQuantized)
        refuse("weights", `the weights of ${name} are in 8 bits with ranges already`, "take --precision int8");
      const isMapped = options.weightMemory === "mapped" || options.maxMemory !== undefined;
      if (isMapped) {
        const hint = "leave out --weight-memory mapped and --max-memory, or quantize the model: aquatint quantize";
        refuse("memory", "dynamic rounds weights while they are packed, and they may be mapped here", hint);
      }
    },
    async bind({ parameters, ...rest }) {
      const { dynamicPass } = await import("../../compiler/int8/dynamic.ts");
      const layers = [...parameters.names.keys()].filter((name) => name.startsWith("unet.") && mayQuantize(name));
      return { ...rest, parameters: { ...parameters, int8: dynamicPass(layers) } };
    },
  },
  q8,
  q4,
  float16,
  q8f16: both(q8, float16),
  q4f16: both(q4, float16),
};
