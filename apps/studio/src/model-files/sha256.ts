const BLOCK = 64;
const isPrime = (n: number): boolean => {
  for (let i = 2; i * i <= n; i++) if (n % i === 0) return false;
  return true;
};
const primes = (count: number): number[] => {
  const list: number[] = [];
  for (let n = 2; list.length < count; n++) if (isPrime(n)) list.push(n);
  return list;
};
/** The first 32 bits of a number's fraction. */
const fractionBits = (x: number): number => ((x - Math.floor(x)) * 2 ** 32) | 0;
/** FIPS 180-4: fractions of the cube roots of the first 64 primes, and of the square roots of the first 8. */
const K = Int32Array.from(primes(64), (prime) => fractionBits(Math.cbrt(prime)));
const H = Int32Array.from(primes(8), (prime) => fractionBits(Math.sqrt(prime)));

/** SHA-256 of bytes that come in parts, which the browser's own `crypto.subtle` does not offer. */
export interface IncrementalHash {
  update(bytes: Uint8Array): void;
  /** The digest in 64 hexadecimal digits, once all parts have come. */
  digest(): string;
}

/** SHA-256 (FIPS 180-4) of nothing so far. */
export function sha256Stream(): IncrementalHash {
  const state = H.slice();
  const words = new Int32Array(BLOCK);
  const rest = new Uint8Array(BLOCK);
  let filled = 0;
  let length = 0;
  const update = (bytes: Uint8Array): void => {
    length += bytes.length;
    let at = 0;
    if (filled > 0) {
      at = Math.min(BLOCK - filled, bytes.length);
      rest.set(bytes.subarray(0, at), filled);
      filled += at;
      if (filled < BLOCK) return;
      compress(state, { words, bytes: rest, at: 0 });
    }
    for (; at + BLOCK <= bytes.length; at += BLOCK) compress(state, { words, bytes, at });
    filled = bytes.length - at;
    rest.set(bytes.subarray(at));
  };
  return {
    update,
    digest() {
      const bits = 8 * length;
      const padding = new Uint8Array((filled < 56 ? 56 : 120) - filled + 8);
      padding[0] = 0x80;
      const view = new DataView(padding.buffer);
      view.setUint32(padding.length - 8, Math.floor(bits / 2 ** 32));
      view.setUint32(padding.length - 4, bits >>> 0);
      update(padding);
      return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
    },
  };
}

interface BlockInput {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly at: number;
}

const rotate = (x: number, n: number): number => (x >>> n) | (x << (32 - n));

/** One block of 64 bytes into the state. Indexes are within bounds, which the checker cannot know. */
function compress(state: Int32Array, { words: w, bytes, at }: BlockInput): void {
  expand(w, bytes, at);
  let [a, b, c, d] = [state[0]!, state[1]!, state[2]!, state[3]!];
  let [e, f, g, h] = [state[4]!, state[5]!, state[6]!, state[7]!];
  for (let i = 0; i < 64; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i]! + w[i]!) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
  state[5]! += f;
  state[6]! += g;
  state[7]! += h;
}

function expand(w: Int32Array, bytes: Uint8Array, at: number): void {
  for (let i = 0; i < 16; i++) {
    const j = at + 4 * i;
    w[i] = (bytes[j]! << 24) | (bytes[j + 1]! << 16) | (bytes[j + 2]! << 8) | bytes[j + 3]!;
  }
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15]!;
    const y = w[i - 2]!;
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
    w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0;
  }
}
