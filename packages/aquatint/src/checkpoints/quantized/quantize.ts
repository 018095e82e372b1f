import type { RawTensor } from "../../formats/safetensors/safetensors.ts";

/** The largest whole number of a weight: 7 bits and a sign. */
const LARGEST = 127;
/** Beyond it a bias would not fit into 32 bits. */
const LARGEST_BIAS = 2 ** 30;

/** A weight [o, ...] as float32, and its layer's bias. */
export interface FloatWeight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
  readonly bias?: Float32Array | undefined;
  /** Scale of the layer's input. */
  readonly inputScale: number;
}

/** A weight in whole numbers from -127 to 127 with a scale for each output channel. */
export function quantizeWeight({ shape, data, bias, inputScale }: FloatWeight): {
  readonly weight: RawTensor;
  readonly scale: Float32Array;
} {
  const [o = 1] = shape;
  const size = data.length / o;
  const values = new Int8Array(data.length);
  const scale = Float32Array.from({ length: o }, (_, channel) => {
    let largest = 0;
    for (let i = channel * size; i < (channel + 1) * size; i++) largest = Math.max(largest, Math.abs(data[i] ?? 0));
    // a channel of zeros has any scale; one of next to nothing, one in which its bias is a whole number of 32 bits
    const least = Math.abs(bias?.[channel] ?? 0) / (LARGEST_BIAS * inputScale);
    return Math.max(largest / LARGEST, least) || 1;
  });
  for (let i = 0; i < data.length; i++) values[i] = Math.round((data[i] ?? 0) / (scale[Math.floor(i / size)] ?? 1));
  return { weight: { dtype: "I8", shape, data: new Uint8Array(values.buffer) }, scale };
}
