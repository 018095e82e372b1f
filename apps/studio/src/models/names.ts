import type { ModelPrecision } from "../model-files/precision.ts";

/**
 * Whether a file is taken for weights: by its name, or as one of no kind that browsers show or play; what is in it says the
 * rest. So archives, downloads that have not ended and files without an extension are named for what they are.
 */
export const isWeightsFile = ({ name, type }: Pick<File, "name" | "type">): boolean =>
  /\.(safetensors|sft|ckpt|pt|pth|bin|onnx|gguf)$/i.test(name) ||
  !(/^(image|video|audio|text)\//.test(type) || /\.(hei[cf]|avif|jxl|tiff?|psd)$/i.test(name));

/** Bytes with a unit that keeps the number short: "2.13 GB", "144 MB", "12 kB". */
export function sizeText(bytes: number): string {
  const units = [
    [1e9, "GB"],
    [1e6, "MB"],
    [1e3, "kB"],
  ] as const;
  const [unit, word] = units.find(([least]) => bytes >= least) ?? [1, "bytes"];
  return `${unit === 1 ? bytes : (bytes / unit).toPrecision(3)} ${word}`;
}

/** A number of parameters: "860 million". */
export const parametersText = (count: number): string =>
  count >= 1e9
    ? `${(count / 1e9).toPrecision(3)} billion`
    : count >= 1e6
      ? `${Math.round(count / 1e6)} million`
      : count.toLocaleString("en");

const precisions: Readonly<Record<string, string>> = {
  F32: "float32",
  F16: "half precision (float16)",
  BF16: "half precision (bfloat16)",
  F8_E4M3: "8 bits (float8)",
  F8_E5M2: "8 bits (float8)",
  I8: "8 bits (int8)",
  F64: "float64",
};

const modelPrecisions: Readonly<Record<ModelPrecision, string>> = {
  float32: "float32: exact",
  float16: "Half precision (float16)",
  q8: "8 bits, computed in float32",
  q4: "4 bits, computed in float32",
  q8f16: "8 bits, computed in float16",
  q4f16: "4 bits, computed in float16",
};

/** A precision of a model in words. */
export const modelPrecisionText = (precision: ModelPrecision): string => modelPrecisions[precision];

/** Element types in words. */
export const precisionText = (types: readonly string[]): string =>
  types.map((type) => precisions[type] ?? type).join(", ");
