import { AquatintError } from "../errors.ts";
import { fastLog, fastSine } from "./elementary.ts";
import { philoxRun } from "./philox.ts";
import { checkedSeed, type NormalStream, type Seed } from "./random.ts";

/** Start of a stream of CUDA's generator. */
export interface CudaPhiloxOptions {
  /** Draws that have gone before, 0 .. 2^32 - 1: where a run goes on, or another stream of the same seed begins. */
  readonly offset?: number;
}

const WORDS = 4;
const CHUNK = 2048;

/**
 * The normals of torch's CUDA generator: Philox counts calls and elements, Box and Muller's sine branch follows. Those in
 * double precision take all four words, as cuRAND's formula does.
 */
export function cudaPhilox(seed: Seed, { offset = 0 }: CudaPhiloxOptions = {}): NormalStream {
  const bits = BigInt.asUintN(64, checkedSeed(seed));
  const key = [Number(bits & 0xffffffffn), Number(bits >> 32n)] as const;
  let call = checkedOffset(offset);
  const words = new Uint32Array(CHUNK * WORDS);
  const draw = <A extends Float32Array | Float64Array>(out: A, transform: Transform<A>): A => {
    for (let at = 0; at < out.length; at += CHUNK) {
      const n = Math.min(CHUNK, out.length - at);
      philoxRun([call, 0, at, 0], key, words.subarray(0, n * WORDS));
      transform(words, out, { at, n });
    }
    call++;
    return out;
  };
  return {
    randn: (n) => draw(new Float32Array(n), single),
    randn64: (n) => draw(new Float64Array(n), double),
  };
}

type Transform<A> = (words: Uint32Array, out: A, part: { readonly at: number; readonly n: number }) => void;

/** u = (word + 1/2) / 2^32 for the radius and for the angle. */
const single: Transform<Float32Array> = (words, out, { at, n }) => {
  for (let i = 0; i < n; i++) {
    const radius = Math.sqrt(2 * (32 * Math.LN2 - fastLog(words[i * WORDS]! + 0.5)));
    out[at + i] = radius * fastSine(((words[i * WORDS + 1]! | 0) + 0.5) * 2 ** -30);
  }
};

/** cuRAND's uniforms of 53 bits: the second word of a pair is shifted onto the first. */
const double: Transform<Float64Array> = (words, out, { at, n }) => {
  const uniform = (k: number): number => {
    const [low, high] = [words[k]!, words[k + 1]!];
    return (((low ^ (high << 21)) >>> 0) + (high >>> 11) * 2 ** 32 + 0.5) * 2 ** -53;
  };
  for (let i = 0; i < n; i++) {
    const radius = Math.sqrt(-2 * Math.log(uniform(i * WORDS)));
    out[at + i] = radius * Math.sin(2 * Math.PI * uniform(i * WORDS + 2));
  }
};

function checkedOffset(offset: number): number {
  if (Number.isInteger(offset) && offset >= 0 && offset < 2 ** 32) return offset;
  throw new AquatintError("random/offset", `a stream's offset is a whole number in 0 .. 2^32 - 1, got ${offset}`);
}
