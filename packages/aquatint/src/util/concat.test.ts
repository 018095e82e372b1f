import { expect, test } from "vitest";
import { concatBytes, concatFloat32 } from "./concat.ts";

test("parts come one after the other, in an array of their own", () => {
  const parts = [Float32Array.of(1, 2), new Float32Array(0), Float32Array.of(3)];
  expect(concatFloat32(parts)).toEqual(Float32Array.of(1, 2, 3));
  expect(concatBytes([Uint8Array.of(255).subarray(0), Uint8Array.of(0, 7)])).toEqual(Uint8Array.of(255, 0, 7));
  const [only] = [Uint8Array.of(1)];
  expect(concatBytes([only]).buffer).not.toBe(only.buffer);
});

test("no parts make an empty array of the same kind", () => {
  expect(concatFloat32([])).toEqual(new Float32Array(0));
  expect(concatBytes([])).toEqual(new Uint8Array(0));
});
