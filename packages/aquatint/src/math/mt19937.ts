const N = 624;
const M = 397;

/** State of a Mersenne Twister: its 624 words of 32 bits and how many of them are used up. */
export interface Mt19937State {
  readonly words: readonly number[];
  readonly index: number;
}

/** A source of uniform 32-bit words. */
export interface Mt19937 {
  /** The next word, an integer in 0 .. 2^32 - 1. */
  next(): number;
  snapshot(): Mt19937State;
}

/** The state that `seed` (its low 32 bits) starts from (Matsumoto and Nishimura 1998, initialization of 2002). */
export function mt19937Seeded(seed: number): Mt19937State {
  const words = new Uint32Array(N);
  words[0] = seed;
  for (let i = 1; i < N; i++) {
    const previous = words[i - 1]!;
    words[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
  }
  return { words: Array.from(words), index: N };
}

/** The Mersenne Twister MT19937, going on from `state`. */
export function mt19937(state: Mt19937State): Mt19937 {
  const words = Uint32Array.from(state.words);
  const ready = words.map(tempered);
  let index = state.index;
  return {
    next() {
      if (index === N) {
        twist(words);
        for (let i = 0; i < N; i++) ready[i] = tempered(words[i]!);
        index = 0;
      }
      return ready[index++]!;
    },
    snapshot: () => ({ words: Array.from(words), index }),
  };
}

function tempered(word: number): number {
  let y = word ^ (word >>> 11);
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return y ^ (y >>> 18);
}

function twist(words: Uint32Array): void {
  for (let i = 0; i < N - M; i++) words[i] = words[i + M]! ^ mixed(words[i]!, words[i + 1]!);
  for (let i = N - M; i < N - 1; i++) words[i] = words[i + M - N]! ^ mixed(words[i]!, words[i + 1]!);
  words[N - 1] = words[M - 1]! ^ mixed(words[N - 1]!, words[0]!);
}

const mixed = (high: number, low: number): number =>
  (((high & 0x80000000) | (low & 0x7fffffff)) >>> 1) ^ (low & 1 ? 0x9908b0df : 0);
