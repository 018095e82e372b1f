import {
  dtypeBytes,
  elementsOf,
  PREFIX_BYTES,
  parseHeader,
  type SafetensorsDType,
  safetensorsError,
} from "./header.ts";

export { parseHeader, type SafetensorsDType, type SafetensorsHeader, type TensorEntry } from "./header.ts";

/** One tensor as its bytes: row-major, little-endian; `data` need not be aligned. */
export interface RawTensor {
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}
/** Tensors by name. */
export type RawTensors = ReadonlyMap<string, RawTensor>;

/** A whole file in memory; the tensors are views of its bytes, in the order of the file. */
export interface Safetensors {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: RawTensors;
}

/**
 * Reads a safetensors file; nothing is copied. `name` stands in front of error messages.
 * @throws AquatintError "safetensors/…" for anything that is not a correct file.
 */
export function parseSafetensors(bytes: Uint8Array, { name = "the file" } = {}): Safetensors {
  const { metadata, tensors } = parseHeader(bytes, bytes.length, { name });
  const views = [...tensors].map(
    ([key, { dtype, shape, offset, length }]) =>
      [key, { dtype, shape, data: bytes.subarray(offset, offset + length) }] as const,
  );
  return { metadata, tensors: new Map(views) };
}

const order = Object.keys(dtypeBytes);
const rank = (tensor: TensorType): number => order.indexOf(tensor.dtype);

type TensorType = Omit<RawTensor, "data">;
/** Element types and shapes of tensors, by name. */
export type TensorTypes = ReadonlyMap<string, TensorType>;

/** A file up to its tensors. */
interface EncodedHeader {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Range of each tensor in the file, in the order of the bytes. */
  readonly ranges: ReadonlyMap<string, { readonly offset: number; readonly length: number }>;
  /** Bytes of the whole file. */
  readonly size: number;
}

/** The length and the header of a file, byte for byte as the reference implementation writes them: wide types first, then by name. */
export function encodeHeader(types: TensorTypes, metadata: Readonly<Record<string, string>> = {}): EncodedHeader {
  const sorted = [...types].sort(([a, x], [b, y]) => rank(y) - rank(x) || (a < b ? -1 : 1));
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [["__metadata__", metadata]] : [];
  const segments: [string, number, number][] = [];
  let end = 0;
  for (const [name, { dtype, shape }] of sorted) {
    if (name === "__metadata__") throw safetensorsError("header", name, "this name is kept for the metadata");
    const length = bytesOf({ dtype, shape });
    header.push([name, { dtype, shape, data_offsets: [end, end + length] }]);
    segments.push([name, end, length]);
    end += length;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const length = Math.ceil(json.length / 8) * 8;
  const start = PREFIX_BYTES + length;
  const bytes = new Uint8Array(start);
  new DataView(bytes.buffer).setUint32(0, length, true);
  bytes.set(json, PREFIX_BYTES);
  bytes.fill(0x20, PREFIX_BYTES + json.length);
  const ranges = new Map(segments.map(([name, at, size]) => [name, { offset: start + at, length: size }]));
  return { bytes, ranges, size: start + end };
}

/** Writes a safetensors file. */
export function encodeSafetensors(
  tensors: RawTensors,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  for (const [name, tensor] of tensors) checkTensor(name, tensor);
  const { bytes: header, ranges, size } = encodeHeader(tensors, metadata);
  const bytes = new Uint8Array(size);
  bytes.set(header);
  for (const [name, { data }] of tensors) bytes.set(data, ranges.get(name)?.offset);
  return bytes;
}

const bytesOf = ({ dtype, shape }: TensorType): number => (elementsOf(shape) ?? Number.NaN) * dtypeBytes[dtype];

function checkTensor(name: string, { data, ...type }: RawTensor): void {
  const expected = bytesOf(type);
  if (data.length !== expected) {
    const message = `${data.length} bytes were given, ${type.dtype} [${type.shape.join(",")}] needs ${expected}`;
    throw safetensorsError("size", name, message);
  }
}
