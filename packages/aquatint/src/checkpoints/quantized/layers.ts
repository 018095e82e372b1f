import type { QuantizedLayer } from "../../compiler/int8/weight.ts";
import { float32Data } from "../../graph/host-tensor.ts";
import type { HostTensor } from "../../graph/types.ts";
import { readTensors } from "../read.ts";
import type { TensorLocation } from "../types.ts";
import { quantizedError } from "./format.ts";

/** Scales and ranges of a quantized layer. */
export type LayerScales = Omit<QuantizedLayer, "weight">;

/**
 * Scales and ranges of the weights that are quantized, by the same names.
 * @throws AquatintError "quantized/values" where they are none.
 */
export async function readLayerScales(
  locations: ReadonlyMap<string, TensorLocation>,
): Promise<ReadonlyMap<string, LayerScales>> {
  const parts = new Map<string, TensorLocation>();
  for (const [name, { quantized }] of locations) {
    for (const [part, location] of Object.entries(quantized ?? {})) parts.set(`${name} ${part}`, location);
  }
  const values = await readTensors(parts);
  const layers = Array.from(locations).filter(([, { quantized }]) => quantized);
  return new Map(layers.map(([name, { file }]) => [name, scalesOf(name, { values, file: file.name })]));
}

interface PartValues {
  /** By the name of the weight and of the part. */
  readonly values: ReadonlyMap<string, HostTensor>;
  readonly file: string;
}

function scalesOf(name: string, { values, file }: PartValues): LayerScales {
  const part = (key: string): Float32Array | undefined => {
    const tensor = values.get(`${name} ${key}`);
    return tensor && float32Data(tensor);
  };
  const range = (key: string) => {
    const [min = Number.NaN, max = Number.NaN] = part(key) ?? [];
    if (min <= max && Number.isFinite(max - min)) return { min, max };
    throw quantizedError("values", `${file}: the ${key} range of ${name} is [${min}, ${max}]`);
  };
  const scale = part("scale") ?? new Float32Array();
  const wrong = scale.find((v) => !(v > 0 && Number.isFinite(v)));
  if (wrong !== undefined) throw quantizedError("values", `${file}: a scale of ${name} is ${wrong}`);
  return { scale, input: range("input"), ...(part("output") && { output: range("output") }) };
}
