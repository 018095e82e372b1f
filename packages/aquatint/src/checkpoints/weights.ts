import type { ExternalData } from "../compiler/onnx/emit.ts";
import { AquatintError } from "../errors.ts";
import { toFloat32 } from "../formats/safetensors/half.ts";
import { type HostTensor, sizeOf } from "../graph/types.ts";
import type { WeightPlace } from "./types.ts";

/** Whether the bytes of a file are the weight as it is computed with: float32, its axes in order. */
export const isMappable = ({ dtype, transposed }: WeightPlace): boolean => dtype === "F32" && !transposed;

/** A weight that the engine reads from the file itself; `folder` is the executable's `weightsFolder`, where the file must be. */
export function externalWeight(place: WeightPlace, { folder }: { readonly folder: string }): ExternalData {
  const { file, offset, length } = place;
  const location = file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : undefined;
  if (isMappable(place) && location !== undefined) return { location, offset, length };
  throw new AquatintError(
    "checkpoint/map",
    `${file} cannot be mapped from ${folder}: ${place.dtype}, expected F32 inside`,
  );
}

/** A weight's bytes as float32 values in the module's order: widened, and its two axes swapped where the file has them so. */
export function weightOf(data: Uint8Array, { dtype, shape, transposed }: WeightPlace, name: string): HostTensor {
  const values = toFloat32({ dtype, shape, data }, { name });
  return { dtype: "float32", shape, data: transposed ? transpose(values, shape) : values };
}

/** [columns, rows] as [rows, columns]. */
function transpose(values: Float32Array, shape: readonly number[]): Float32Array {
  const [rows = 0, columns = 0] = shape;
  const out = new Float32Array(sizeOf(shape));
  for (let i = 0; i < out.length; i++) out[i] = values[(i % columns) * rows + Math.floor(i / columns)]!;
  return out;
}
