import { AquatintError } from "../../errors.ts";
import type { QuantizedParts, TensorLocation } from "../types.ts";

/** Key of the metadata of a quantized file, whose value is the version of its form. */
export const INT8_KEY = "aquatint.int8";
/** The form that is written and read. */
export const INT8_VERSION = "1";

const WEIGHT = ".weight";

/** Names of the tensors beside the weight of a quantized layer: "conv1.weight" has "conv1.weight_scale" and so on. */
export function partNames(weight: string): Readonly<Record<keyof QuantizedParts, string>> {
  const layer = weight.slice(0, -WEIGHT.length);
  return { scale: `${layer}.weight_scale`, input: `${layer}.input_range`, output: `${layer}.output_range` };
}

/** A refusal with a code "quantized/kind". */
export const quantizedError = (
  kind: string,
  message: string,
  hint = "write it again: aquatint quantize MODEL --out FILE",
) => new AquatintError(`quantized/${kind}`, message, { hint });

/**
 * The tensors of a quantized file: each weight in I8 with the scales and ranges that stand beside it.
 * @throws AquatintError "quantized/parts" where one is missing, of another shape, or of no weight.
 */
export function joinQuantized(
  tensors: ReadonlyMap<string, TensorLocation>,
  { name }: { readonly name: string },
): Map<string, TensorLocation> {
  const result = new Map<string, TensorLocation>();
  const rest = new Map(tensors);
  for (const [key, location] of tensors) {
    if (location.dtype !== "I8") continue;
    if (!key.endsWith(WEIGHT)) throw quantizedError("parts", `${name}: ${key} is I8 and no weight`);
    result.set(key, { ...location, quantized: partsOf(key, location, { tensors, name }) });
    for (const part of [key, ...Object.values(partNames(key))]) rest.delete(part);
  }
  const extra = [...rest.keys()].find((key) => /\.(weight_scale|input_range|output_range)$/.test(key));
  if (extra !== undefined) throw quantizedError("parts", `${name}: ${extra} stands beside no weight in I8`);
  for (const [key, location] of rest) result.set(key, location);
  return result;
}

interface QuantizedFile {
  readonly tensors: ReadonlyMap<string, TensorLocation>;
  readonly name: string;
}

function partsOf(key: string, { shape }: TensorLocation, { tensors, name }: QuantizedFile): QuantizedParts {
  const names = partNames(key);
  const part = (partKey: string, size: number): TensorLocation => {
    const location = tensors.get(partKey);
    if (!location) throw quantizedError("parts", `${name}: ${key} is I8, and its ${partKey} is missing`);
    if (location.dtype === "F32" && String(location.shape) === String(size)) return location;
    const actual = `${location.dtype} [${location.shape}]`;
    throw quantizedError("parts", `${name}: ${partKey} is ${actual}, expected F32 [${size}]`);
  };
  const isConv = shape.length === 4;
  return {
    scale: part(names.scale, shape[0] ?? 0),
    input: part(names.input, 2),
    ...(isConv && { output: part(names.output, 2) }),
  };
}
