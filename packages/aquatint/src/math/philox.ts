/** Four 32-bit words. */
export type Words = readonly [number, number, number, number];

const ROUNDS = 10;
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** Philox4x32-10 (Salmon et al. 2011): four random words from a counter under a 64-bit key, low word first. */
export function philox([c0, c1, c2, c3]: Words, key: readonly [number, number]): Words {
  const out = new Uint32Array(4);
  philoxRun([c0, c1, c2, c3], key, out);
  return [out[0]!, out[1]!, out[2]!, out[3]!];
}

/** Fills `out` with the four words of each of its length / 4 counters: the third word of `start` counts up. */
export function philoxRun(start: Words, [k0, k1]: readonly [number, number], out: Uint32Array): void {
  const [c0, c1, c2, c3] = start;
  for (let i = 0; i + 4 <= out.length; i += 4) {
    let [a, b, c, d] = [c0 | 0, c1 | 0, (c2 + (i >>> 2)) | 0, c3 | 0];
    let [low, high] = [k0 | 0, k1 | 0];
    for (let round = 0; round < ROUNDS; round++) {
      const next = highProduct(c, MULTIPLIER_1 >>> 16, MULTIPLIER_1 & 0xffff) ^ b ^ low;
      const after = highProduct(a, MULTIPLIER_0 >>> 16, MULTIPLIER_0 & 0xffff) ^ d ^ high;
      b = Math.imul(MULTIPLIER_1, c);
      d = Math.imul(MULTIPLIER_0, a);
      a = next;
      c = after;
      low = (low + WEYL_0) | 0;
      high = (high + WEYL_1) | 0;
    }
    out[i] = a;
    out[i + 1] = b;
    out[i + 2] = c;
    out[i + 3] = d;
  }
}

/** The upper 32 bits of a product of two 32-bit words, by halves; `| 0` keeps every sum an integer to the compiler. */
function highProduct(x: number, yh: number, yl: number): number {
  const [xh, xl] = [x >>> 16, x & 0xffff];
  const middle = ((Math.imul(xh, yl) >>> 0) + (Math.imul(xl, yl) >>> 16)) | 0;
  const carry = ((Math.imul(xl, yh) >>> 0) + (middle & 0xffff)) | 0;
  return (Math.imul(xh, yh) + (middle >>> 16) + (carry >>> 16)) | 0;
}
