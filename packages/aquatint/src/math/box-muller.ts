import { fastLog, fastSine } from "./elementary.ts";

const TWO_PI = 2 * Math.PI;
const BLOCK = 16;
const HALF = BLOCK / 2;

/** Fewest elements that torch fills block by block; shorter draws take one pair at a time. */
export const BLOCKWISE_FROM = BLOCK;

/**
 * Turns `out` (at least 16 uniforms of [0, 1)) into normals as torch's `normal_fill` does: in blocks of 16, the first
 * eight give radii, the other eight angles; a remainder is covered by drawing the last 16 elements again. In float32 the
 * uniforms are multiples of 2^-24.
 */
export function normalsFromUniforms<A extends Float32Array | Float64Array>(out: A, fill: (part: A) => unknown): A {
  const blocks: (from: number, to: number) => void =
    out instanceof Float32Array ? (from, to) => blocks32(out, from, to) : (from, to) => blocks64(out, from, to);
  fill(out);
  blocks(0, out.length - (out.length % BLOCK));
  if (out.length % BLOCK !== 0) {
    const at = out.length - BLOCK;
    fill(out.subarray(at) as A);
    blocks(at, out.length);
  }
  return out;
}

/** One pair of independent normals from two uniforms of [0, 1), in double precision: [cosine branch, sine branch]. */
export function normalPair(u1: number, u2: number): readonly [number, number] {
  const radius = Math.sqrt(-2 * Math.log1p(-u2));
  const angle = TWO_PI * u1;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

/** Every operation is rounded to float32, as torch computes it. */
function blocks32(out: Float32Array, from: number, to: number): void {
  for (let at = from; at < to; at += BLOCK) {
    for (let j = at; j < at + HALF; j++) {
      // a uniform of 0, one in 2^24, leaves the rounding of fastLog, which may be below 0
      const energy = Math.max(0, Math.fround(24 * Math.LN2 - fastLog((1 - out[j]!) * 2 ** 24)));
      const radius = Math.fround(Math.sqrt(2 * energy));
      const opposite = 2 - Math.fround(Math.fround(2 * Math.PI) * out[j + HALF]!) * (2 / Math.PI); // in quarter turns
      out[j] = radius * Math.fround(fastSine(Math.abs(opposite) - 1));
      out[j + HALF] = radius * Math.fround(fastSine(opposite));
    }
  }
}

function blocks64(out: Float64Array, from: number, to: number): void {
  for (let at = from; at < to; at += BLOCK) {
    for (let j = at; j < at + HALF; j++) {
      const radius = Math.sqrt(-2 * Math.log(1 - out[j]!));
      const angle = TWO_PI * out[j + HALF]!;
      out[j] = radius * Math.cos(angle);
      out[j + HALF] = radius * Math.sin(angle);
    }
  }
}
