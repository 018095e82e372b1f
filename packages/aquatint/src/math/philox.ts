/** Four 32-bit words. */
export type Words = readonly [number, number, number, number];

const ROUNDS = 10;
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** Philox4x32-10 (Salmon et al. 2011): four random words from a counter under a 64-bit key, low word first. */
export function philox([c0, c1, c2, c3]: Words, [k0, k1]: readonly [number, number]): Words {
  let [a, b, c, d, low, high] = [c0, c1, c2, c3, k0, k1];
  for (let round = 0; round < ROUNDS; round++) {
    const [next0, next2] = [highProduct(MULTIPLIER_1, c) ^ b ^ low, highProduct(MULTIPLIER_0, a) ^ d ^ high];
    [b, d] = [Math.imul(MULTIPLIER_1, c) >>> 0, Math.imul(MULTIPLIER_0, a) >>> 0];
    [a, c] = [next0 >>> 0, next2 >>> 0];
    [low, high] = [(low + WEYL_0) >>> 0, (high + WEYL_1) >>> 0];
  }
  return [a, b, c, d];
}

/** The upper 32 bits of a product of two 32-bit words, by halves so that every product is exact. */
function highProduct(x: number, y: number): number {
  const [xh, xl, yh, yl] = [x >>> 16, x & 0xffff, y >>> 16, y & 0xffff];
  const middle = xh * yl + ((xl * yl) >>> 16);
  const carry = xl * yh + (middle % 0x10000);
  return (xh * yh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}
