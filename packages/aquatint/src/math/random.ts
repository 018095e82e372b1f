import { AquatintError } from "../errors.ts";
import { BLOCKWISE_FROM, normalPair, normalsFromUniforms } from "./box-muller.ts";
import { type Mt19937State, mt19937, mt19937Seeded } from "./mt19937.ts";

/** Any 64-bit integer, as torch takes it; a number must be exact, that is below 2^53 in size. */
export type Seed = number | bigint;

/** State of a random stream, as JSON, so that a run can resume. */
export interface RandomState extends Mt19937State {
  readonly generator: "torch-cpu";
  /** The second normal of the last pair, not yet handed out. */
  readonly spareNormal: number | null;
}

/** A seeded stream of normals; every call goes on where the last one stopped. */
export interface NormalStream {
  /** `n` standard normals. */
  randn(n: number): Float32Array;
  /** `n` standard normals in double precision. */
  randn64(n: number): Float64Array;
  /** The integers 0 .. n - 1 in random order, of the generators that draw them. */
  randperm?(n: number): Int32Array;
}

/** A seeded stream of random numbers; every call goes on where the last one stopped. */
export interface RandomStream extends NormalStream {
  /** `n` uniforms of [0, 1). */
  rand(n: number): Float32Array;
  /** `n` uniform integers in low .. high - 1. */
  randint(low: number, high: number, n: number): Int32Array;
  /** The integers 0 .. n - 1 in random order. */
  randperm(n: number): Int32Array;
  snapshot(): RandomState;
}

const TO_UNIT = 2 ** -24;

/** The stream of `torch.Generator("cpu").manual_seed(seed)`; torch reads the low 32 bits of the seed. */
export function torchCpu(seed: Seed): RandomStream {
  return restoreTorchCpu({ generator: "torch-cpu", ...mt19937Seeded(low32(seed)), spareNormal: null });
}

/** The stream that goes on from where `snapshot()` was taken. */
export function restoreTorchCpu(state: RandomState): RandomStream {
  const bits = mt19937(checked(state));
  let spare = state.spareNormal;

  const uniform64 = (): number => ((bits.next() & 0x1fffff) * 2 ** 32 + bits.next()) * 2 ** -53;
  const normal = (): number => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    const [value, next] = normalPair(uniform64(), uniform64());
    spare = next;
    return value;
  };
  const fill = (out: Float32Array): Float32Array => {
    for (let i = 0; i < out.length; i++) out[i] = (bits.next() & 0xffffff) * TO_UNIT;
    return out;
  };
  const fill64 = (out: Float64Array): Float64Array => {
    for (let i = 0; i < out.length; i++) out[i] = uniform64();
    return out;
  };

  return {
    rand: (n) => fill(new Float32Array(n)),
    randn: (n) =>
      n < BLOCKWISE_FROM ? new Float32Array(n).map(normal) : normalsFromUniforms(new Float32Array(n), fill),
    randn64: (n) =>
      n < BLOCKWISE_FROM ? new Float64Array(n).map(normal) : normalsFromUniforms(new Float64Array(n), fill64),
    randint(low, high, n) {
      const range = checkedRange(low, high);
      return new Int32Array(n).map(() => low + (bits.next() % range));
    },
    randperm: (n) => shuffled(n, bits.next),
    snapshot: () => ({ generator: "torch-cpu", ...bits.snapshot(), spareNormal: spare }),
  };
}

function shuffled(n: number, next: () => number): Int32Array {
  const out = new Int32Array(n).map((_, i) => i);
  for (let i = 0; i < n - 1; i++) {
    const j = i + (next() % (n - i));
    const swap = out[i]!;
    out[i] = out[j]!;
    out[j] = swap;
  }
  return out;
}

/** Returns a seed as a bigint where it is a 64-bit integer, and throws elsewhere. */
export function checkedSeed(seed: Seed): bigint {
  const exact = typeof seed === "bigint" || Number.isSafeInteger(seed);
  const value = exact ? BigInt(seed) : undefined;
  if (value !== undefined && value >= -(2n ** 63n) && value < 2n ** 64n) return value;
  throw new AquatintError("random/seed", `a seed is a 64-bit integer, got ${String(seed)}`, {
    hint: "give an integer from 0 to 9007199254740991, or a bigint from -9223372036854775808 to 18446744073709551615",
  });
}

/** The seed that lies `i` behind another, in 64 bits: after 2^64 - 1 comes 0. A bigint's are bigints, a number's where needed. */
export function followingSeed(seed: Seed, i: number): Seed {
  const next = checkedSeed(seed) + BigInt(i);
  const wrapped = next < 2n ** 64n ? next : next - 2n ** 64n;
  return typeof seed === "bigint" ? wrapped : smallSeed(wrapped);
}

/** A seed as a number where that is exact. */
export const smallSeed = (seed: bigint): Seed => (Number.isSafeInteger(Number(seed)) ? Number(seed) : seed);

/** A seed in JSON: a number where every reader keeps it exactly, up to 2^53 - 1, else its decimal digits as a string. */
export type JsonSeed = number | string;

/** Writes a seed for JSON; a negative one as the 64-bit integer from 0 on that means the same. */
export function jsonSeed(seed: Seed): JsonSeed {
  const small = smallSeed(BigInt.asUintN(64, checkedSeed(seed)));
  return typeof small === "number" ? small : String(small);
}

const low32 = (seed: Seed): number => Number(BigInt.asUintN(32, checkedSeed(seed)));

function checkedRange(low: number, high: number): number {
  const areIntegers = Number.isInteger(low) && Number.isInteger(high);
  if (!areIntegers || high <= low || low < -(2 ** 31) || high > 2 ** 31) {
    throw new AquatintError("random/range", `randint wants integers low < high within 32 bits, got ${low} and ${high}`);
  }
  return high - low;
}

function checked(state: RandomState): RandomState {
  const { generator, words, index, spareNormal } = state;
  const fits = Array.isArray(words) && words.length === 624 && words.every((w) => w === w >>> 0);
  const placed = Number.isInteger(index) && index >= 0 && index <= 624;
  const spared = spareNormal === null || Number.isFinite(spareNormal);
  if (generator === "torch-cpu" && fits && placed && spared) return state;
  throw new AquatintError("random/state", `this is not a state of the generator "torch-cpu"`, {
    hint: "pass what snapshot() returned, unchanged",
  });
}
