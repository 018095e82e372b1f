import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cudaPhilox } from "./cuda.ts";
import { followingSeed, jsonSeed, torchCpu } from "./random.ts";

const seed = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n });
const first = (seed: number | bigint) => [...torchCpu(seed).randn(3)];

describe("seeds of 64 bits", () => {
  test("the CPU's generator reads the low 32 bits of any of them, as torch does", () => {
    fc.assert(
      fc.property(seed, (any) => {
        expect(first(any)).toEqual(first(Number(BigInt.asUintN(32, any))));
      }),
      { numRuns: 50 },
    );
  });

  test("Philox reads all 64, a negative seed as the unsigned one of the same bits", () => {
    const normals = (seed: bigint) => [...cudaPhilox(seed).randn(3)];
    expect(normals(2n ** 32n + 5n)).not.toEqual(normals(5n));
    expect(normals(-1n)).toEqual(normals(2n ** 64n - 1n));
  });

  test("follow each other, exact beyond 2^53, and 0 comes after the last", () => {
    expect(followingSeed(7, 3)).toBe(10);
    expect(followingSeed(Number.MAX_SAFE_INTEGER, 2)).toBe(2n ** 53n + 1n);
    expect(followingSeed(2n ** 64n - 1n, 1)).toBe(0n);
    expect(followingSeed(2n ** 64n - 1n, 3)).toBe(2n);
    expect(followingSeed(-2, 3)).toBe(1);
    fc.assert(
      fc.property(seed, fc.nat(10_000), (any, i) => {
        expect(BigInt.asUintN(64, BigInt(followingSeed(any, i)))).toBe(BigInt.asUintN(64, any + BigInt(i)));
      }),
    );
  });

  test("keep every digit in JSON: numbers up to 2^53 - 1, strings above", () => {
    expect(jsonSeed(Number.MAX_SAFE_INTEGER)).toBe(9007199254740991);
    expect(jsonSeed(2n ** 53n)).toBe("9007199254740992");
    expect(jsonSeed(-1)).toBe("18446744073709551615");
    fc.assert(
      fc.property(seed, (any) => {
        const { read } = JSON.parse(JSON.stringify({ read: jsonSeed(any) })) as { read: number | string };
        expect(BigInt(read)).toBe(BigInt.asUintN(64, any));
      }),
    );
  });

  test("out of 64 bits are refused", () => {
    for (const wrong of [2n ** 64n, -(2n ** 63n) - 1n, 2 ** 53, 0.5, Number.NaN]) {
      expect(() => followingSeed(wrong, 0)).toThrow("a seed is a 64-bit integer");
    }
  });
});
