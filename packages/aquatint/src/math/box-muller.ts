const TWO_PI = 2 * Math.PI;
const TWO_PI_32 = Math.fround(TWO_PI);
const BLOCK = 16;
const HALF = BLOCK / 2;

/** Fewest elements that torch fills block by block; shorter draws take one pair at a time. */
export const BLOCKWISE_FROM = BLOCK;

/**
 * Turns `out` (at least 16 uniforms of [0, 1)) into normals as torch's `normal_fill` does: in blocks of 16, the first
 * eight give radii, the other eight angles; a remainder is covered by drawing the last 16 elements again.
 */
export function normalsFromUniforms<A extends Float32Array | Float64Array>(out: A, fill: (part: A) => unknown): A {
  const transform = out instanceof Float32Array ? block32 : block64;
  fill(out);
  for (let at = 0; at + BLOCK <= out.length; at += BLOCK) transform(out, at);
  if (out.length % BLOCK !== 0) {
    const at = out.length - BLOCK;
    fill(out.subarray(at) as A);
    transform(out, at);
  }
  return out;
}

/** One pair of independent normals from two uniforms of [0, 1), in double precision: [cosine branch, sine branch]. */
export function normalPair(u1: number, u2: number): readonly [number, number] {
  const radius = Math.sqrt(-2 * Math.log1p(-u2));
  const angle = TWO_PI * u1;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

// Every operation is rounded to float32, as torch computes it.
function block32(out: Float32Array | Float64Array, at: number): void {
  for (let j = at; j < at + HALF; j++) {
    const radius = Math.fround(Math.sqrt(-2 * Math.fround(Math.log(1 - out[j]!))));
    const angle = Math.fround(TWO_PI_32 * out[j + HALF]!);
    out[j] = radius * Math.fround(Math.cos(angle));
    out[j + HALF] = radius * Math.fround(Math.sin(angle));
  }
}

function block64(out: Float32Array | Float64Array, at: number): void {
  for (let j = at; j < at + HALF; j++) {
    const radius = Math.sqrt(-2 * Math.log(1 - out[j]!));
    const angle = TWO_PI * out[j + HALF]!;
    out[j] = radius * Math.cos(angle);
    out[j + HALF] = radius * Math.sin(angle);
  }
}
