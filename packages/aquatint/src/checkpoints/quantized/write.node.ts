import { affineOf } from "../../compiler/int8/affine.ts";
import type { LayerRanges } from "../../compiler/int8/uses.ts";
import type { RawTensor } from "../../formats/safetensors/safetensors.ts";
import { streamSafetensors } from "../../formats/safetensors/stream.node.ts";
import { float32Data } from "../../graph/host-tensor.ts";
import { readBytesAt, readTensors } from "../read.ts";
import type { TensorLocation } from "../types.ts";
import { INT8_KEY, INT8_VERSION, partNames } from "./format.ts";
import { quantizeWeight } from "./quantize.ts";

/** Content of a quantized file. */
export interface QuantizedContent {
  /** All weights of the networks, by names such as "unet.conv_in.weight". */
  readonly weights: ReadonlyMap<string, TensorLocation>;
  /** Ranges of the layers that become 8 bits, by the names of their weights. */
  readonly layers: ReadonlyMap<string, LayerRanges>;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Writes a quantized file, one weight at a time. @throws AquatintError "file/…". */
export async function writeQuantized(
  path: string,
  { weights, layers, metadata = {} }: QuantizedContent,
): Promise<void> {
  const types = new Map<string, Omit<RawTensor, "data">>();
  for (const [name, { dtype, shape, transposed }] of weights) {
    const isQuantized = layers.has(name);
    types.set(name, { dtype: isQuantized ? "I8" : transposed ? "F32" : dtype, shape });
    if (!isQuantized) continue;
    const { scale, input, output } = partNames(name);
    types.set(scale, { dtype: "F32", shape: shape.slice(0, 1) });
    for (const range of shape.length === 4 ? [input, output] : [input]) types.set(range, { dtype: "F32", shape: [2] });
  }
  await streamSafetensors(path, {
    types,
    metadata: { ...metadata, [INT8_KEY]: INT8_VERSION },
    tensors: tensorsOf({ weights, layers }),
  });
}

async function* tensorsOf({
  weights,
  layers,
}: QuantizedContent): AsyncGenerator<readonly [name: string, data: Uint8Array]> {
  for (const [name, location] of weights) {
    const ranges = layers.get(name);
    if (ranges) yield* layerTensors(name, { weights, ranges });
    else if (location.transposed) yield [name, bytesOf((await floats(weights, name)) ?? new Float32Array())];
    else for await (const [, data] of readBytesAt(new Map([[name, location]]))) yield [name, data];
  }
}

async function* layerTensors(
  name: string,
  { weights, ranges }: Pick<QuantizedContent, "weights"> & { readonly ranges: LayerRanges },
): AsyncGenerator<readonly [name: string, data: Uint8Array]> {
  const { shape } = weights.get(name)!;
  const parts = partNames(name);
  const { weight, scale } = quantizeWeight({
    shape,
    data: (await floats(weights, name))!,
    bias: await floats(weights, name.replace(/weight$/, "bias")),
    inputScale: affineOf(ranges.input).scale,
  });
  yield [name, weight.data];
  yield [parts.scale, bytesOf(scale)];
  for (const part of shape.length === 4 ? (["input", "output"] as const) : (["input"] as const)) {
    yield [parts[part], bytesOf(Float32Array.of(ranges[part].min, ranges[part].max))];
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** A weight as float32; undefined where there is none of this name. */
async function floats(weights: ReadonlyMap<string, TensorLocation>, name: string): Promise<Float32Array | undefined> {
  const location = weights.get(name);
  const values = location && (await readTensors(new Map([[name, location]]))).get(name);
  return values && float32Data(values);
}
