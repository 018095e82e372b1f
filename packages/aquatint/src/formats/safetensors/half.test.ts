import { expect, test } from "vitest";
import { bfloat16ToFloat, floatToHalf, fromFloat32, halfToFloat, toFloat32 } from "./half.ts";

const allBits = Uint16Array.from({ length: 65536 }, (_, i) => i);

test.each([
  [0x0000, 0],
  [0x0001, 2 ** -24],
  [0x03ff, 1023 * 2 ** -24],
  [0x0400, 2 ** -14],
  [0x3555, 0.333251953125],
  [0x3c00, 1],
  [0x7bff, 65504],
  [0x7c00, Number.POSITIVE_INFINITY],
  [0xc000, -2],
  [0xfc00, Number.NEGATIVE_INFINITY],
  [0x7e00, Number.NaN],
])("float16 %i is %f", (bits, value) => {
  expect(halfToFloat(Uint16Array.of(bits))[0]).toBe(value);
});

test("every float16 comes back from float32, not-a-number as one", () => {
  const back = floatToHalf(halfToFloat(allBits));
  const isNaN16 = (bits: number) => (bits & 0x7fff) > 0x7c00;
  expect(allBits.every((bits, i) => back[i] === bits || (isNaN16(bits) && isNaN16(back[i]!)))).toBe(true);
});

test("rounds to the nearest float16, ties to even", () => {
  const positive = halfToFloat(allBits.subarray(0, 0x7c00)); // all finite values, ascending
  const between = Float32Array.from(positive.subarray(1), (high, i) => (high + positive[i]!) / 2); // exact in float32
  const nudge = (up: number) => Float32Array.from(between, (v) => v * (1 + up * 2 ** -22));
  expect(floatToHalf(between).every((bits, i) => bits === (i % 2 === 0 ? i : i + 1))).toBe(true);
  expect(floatToHalf(nudge(-1)).every((bits, i) => bits === i)).toBe(true);
  expect(floatToHalf(nudge(1)).every((bits, i) => bits === i + 1)).toBe(true);
});

test.each([
  [65519.996, 0x7bff],
  [65520, 0x7c00],
  [-1e30, 0xfc00],
  [2 ** -25, 0],
  [-0, 0x8000],
  [1e-40, 0],
])("%f becomes %i", (value, bits) => {
  expect(floatToHalf(Float32Array.of(value))[0]).toBe(bits);
});

test("bfloat16 is the upper half of a float32", () => {
  expect([...bfloat16ToFloat(Uint16Array.of(0x3f80, 0xc020, 0x7f80, 0x0000))]).toEqual([1, -2.5, Infinity, 0]);
});

test("toFloat32 reads data at any address, and only floats", () => {
  const odd = new Uint8Array([0, 0, 0x3c, 0, 0xc0]).subarray(1);
  expect([...toFloat32({ dtype: "F16", shape: [2], data: odd })]).toEqual([1, -2]);
  expect([...toFloat32({ dtype: "BF16", shape: [1], data: Uint8Array.of(0x80, 0x3f) })]).toEqual([1]);
  const doubles = new Uint8Array(Float64Array.of(0.1, -3).buffer);
  expect([...toFloat32({ dtype: "F64", shape: [2], data: doubles })]).toEqual([Math.fround(0.1), -3]);
  expect(() => toFloat32({ dtype: "I64", shape: [1], data: new Uint8Array(8) }, { name: "ids" })).toThrow(/ids: I64/);
});

test("float8 in both forms has PyTorch's values", () => {
  const bits = Uint8Array.of(0, 1, 7, 8, 0x38, 0x3c, 0x7b, 0x7c, 0x7e, 0x7f, 0x81, 0xfe);
  const read = (dtype: "F8_E4M3" | "F8_E5M2") => [...toFloat32({ dtype, shape: [12], data: bits })];
  const e4m3 = [0, 2 ** -9, 7 * 2 ** -9, 2 ** -6, 1, 1.5, 352, 384, 448, Number.NaN, -(2 ** -9), -448];
  const e5m2 = [
    0,
    2 ** -16,
    7 * 2 ** -16,
    2 ** -13,
    0.5,
    1,
    57344,
    Infinity,
    Number.NaN,
    Number.NaN,
    -(2 ** -16),
    Number.NaN,
  ];
  expect(read("F8_E4M3")).toEqual(e4m3);
  expect(read("F8_E5M2")).toEqual(e5m2);
});

test("fromFloat32 makes tensors that toFloat32 reads", () => {
  const values = Float32Array.of(0.1, 1000.5, -7);
  expect(toFloat32(fromFloat32(values, [3]))).toEqual(values);
  expect(toFloat32(fromFloat32(values, [3], "F16"))).toEqual(Float32Array.of(0.0999755859375, 1000.5, -7));
});
