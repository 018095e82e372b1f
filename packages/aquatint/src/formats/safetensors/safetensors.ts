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
const rank = (tensor: RawTensor): number => order.indexOf(tensor.dtype);

/** Writes a safetensors file, byte for byte as the reference implementation does: wide types first, then by name. */
export function encodeSafetensors(
  tensors: RawTensors,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const sorted = [...tensors].sort(([a, x], [b, y]) => rank(y) - rank(x) || (a < b ? -1 : 1));
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [["__metadata__", metadata]] : [];
  let end = 0;
  for (const [name, tensor] of sorted) {
    checkTensor(name, tensor);
    const { dtype, shape, data } = tensor;
    header.push([name, { dtype, shape, data_offsets: [end, end + data.length] }]);
    end += data.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(PREFIX_BYTES + length + end);
  new DataView(bytes.buffer).setUint32(0, length, true);
  bytes.set(json, PREFIX_BYTES);
  bytes.fill(0x20, PREFIX_BYTES + json.length, PREFIX_BYTES + length);
  let at = PREFIX_BYTES + length;
  for (const [, { data }] of sorted) {
    bytes.set(data, at);
    at += data.length;
  }
  return bytes;
}

function checkTensor(name: string, { dtype, shape, data }: RawTensor): void {
  const expected = (elementsOf(shape) ?? Number.NaN) * dtypeBytes[dtype];
  if (name === "__metadata__") throw safetensorsError("header", name, "this name is kept for the metadata");
  if (data.length !== expected) {
    const message = `${data.length} bytes were given, ${dtype} [${shape.join(",")}] needs ${expected}`;
    throw safetensorsError("size", name, message);
  }
}
