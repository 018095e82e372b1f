import { AquatintError } from "../../errors.ts";
import type { RawTensor, SafetensorsDType } from "./safetensors.ts";

let widened: Float32Array | undefined;

/** The 65,536 values of a float16, by its bits. */
function halfTable(): Float32Array {
  if (widened) return widened;
  const table = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const exponent = (bits >>> 10) & 31;
    const fraction = bits & 1023;
    const finite = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
    const value = exponent < 31 ? finite : fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
    table[bits] = bits & 0x8000 ? -value : value;
  }
  widened = table;
  return table;
}

/** float16 bits to their float32 values, exactly. */
export function halfToFloat(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const table = halfTable();
  const out = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = table[bits[i]!]!;
  return out;
}

/** float32 values to float16 bits, rounded to the nearest, ties to even; from 65520 up to infinity, as IEEE 754 says. */
export function floatToHalf(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) out[i] = roundToHalf(bits[i]!);
  return out;
}

function roundToHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // not a number
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and above
  if (magnitude >= 0x38800000) return sign | roundShift(magnitude - 0x38000000, 13); // normal, 2^-14 and above
  if (magnitude <= 0x33000000) return sign; // up to 2^-25, half of the smallest float16
  return sign | roundShift((magnitude & 0x7fffff) | 0x800000, 126 - (magnitude >>> 23));
}

/** x / 2^n for n in 1..24, to the nearest integer, ties to even. */
const roundShift = (x: number, n: number): number => (x + (1 << (n - 1)) - 1 + ((x >>> n) & 1)) >>> n;

/** bfloat16 bits to their float32 values, exactly. */
export function bfloat16ToFloat(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const out = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = bits[i]! << 16;
  return new Float32Array(out.buffer);
}

/** The 256 values of a float8 of these parts, by its bits; `finite`: the largest exponent holds numbers too, as in e4m3fn. */
function float8Table(exponentBits: number, finite: boolean): Float32Array {
  const fractionBits = 7 - exponentBits;
  const [top, scale] = [2 ** exponentBits - 1, 2 ** fractionBits];
  const bias = 2 ** (exponentBits - 1) - 1;
  return Float32Array.from({ length: 256 }, (_, bits) => {
    const exponent = (bits & 0x7f) >>> fractionBits;
    const fraction = bits & (scale - 1);
    const number =
      exponent === 0 ? (fraction / scale) * 2 ** (1 - bias) : (1 + fraction / scale) * 2 ** (exponent - bias);
    const isNumber = finite ? (bits & 0x7f) !== 0x7f : exponent < top;
    const value = isNumber ? number : !finite && fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
    return bits & 0x80 ? -value : value;
  });
}
const float8 = { F8_E4M3: float8Table(4, true), F8_E5M2: float8Table(5, false) } as const;

/** A copy that begins at an aligned address: the tensors of a file need not. */
const aligned = (data: Uint8Array): ArrayBuffer => new Uint8Array(data).buffer;

const widen: Partial<Record<SafetensorsDType, (data: Uint8Array) => Float32Array<ArrayBuffer>>> = {
  F16: (data) => halfToFloat(new Uint16Array(aligned(data))),
  BF16: (data) => bfloat16ToFloat(new Uint16Array(aligned(data))),
  F32: (data) => new Float32Array(aligned(data)),
  F64: (data) => Float32Array.from(new Float64Array(aligned(data))),
  F8_E4M3: (data) => Float32Array.from(data, (bits) => float8.F8_E4M3[bits]!),
  F8_E5M2: (data) => Float32Array.from(data, (bits) => float8.F8_E5M2[bits]!),
};

/** The values of a float tensor (F8, F16, BF16, F32; F64 is rounded) as float32, always a copy. */
export function toFloat32({ dtype, shape, data }: RawTensor, { name = "the tensor" } = {}): Float32Array<ArrayBuffer> {
  const convert = widen[dtype];
  if (convert) return convert(data);
  throw new AquatintError(
    "safetensors/not-float",
    `${name}: ${dtype} [${shape.join(",")}], expected one of ${Object.keys(widen).join(", ")}`,
    {
      hint: "use the file as it was published",
    },
  );
}

/** The element types that are no floats, as typed arrays of bytes that begin at an aligned address. */
const integers: Partial<Record<SafetensorsDType, (data: ArrayBuffer) => ArrayLike<number | bigint>>> = {
  BOOL: (data) => new Uint8Array(data),
  U8: (data) => new Uint8Array(data),
  I8: (data) => new Int8Array(data),
  U16: (data) => new Uint16Array(data),
  I16: (data) => new Int16Array(data),
  U32: (data) => new Uint32Array(data),
  I32: (data) => new Int32Array(data),
  U64: (data) => new BigUint64Array(data),
  I64: (data) => new BigInt64Array(data),
};

/** The first element of a tensor of any element type; NaN where it has none. */
export function toNumber(tensor: RawTensor, { name = "the tensor" } = {}): number {
  const convert = integers[tensor.dtype];
  const values = convert ? convert(aligned(tensor.data)) : toFloat32(tensor, { name });
  return Number(values[0] ?? Number.NaN);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Uint16Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Values as a tensor to be written: F32 is a view of `values`, F16 is rounded. */
export const fromFloat32 = (
  values: Float32Array,
  shape: readonly number[],
  dtype: "F32" | "F16" = "F32",
): RawTensor => ({
  dtype,
  shape,
  data: bytesOf(dtype === "F16" ? floatToHalf(values) : values),
});
