import { philox } from "./philox.ts";
import { checkedSeed, type Seed } from "./random.ts";

/** A seeded stream of normals; every call goes on where the last one stopped. */
export interface NormalStream {
  /** `n` standard normals. */
  randn(n: number): Float32Array;
}

const UNIT = 2 ** -32;

/** The normals of torch's CUDA generator: a counter of calls and elements under Philox, the sine branch only. */
export function cudaPhilox(seed: Seed): NormalStream {
  const bits = BigInt.asUintN(64, checkedSeed(seed));
  const key = [Number(bits & 0xffffffffn), Number(bits >> 32n)] as const;
  let calls = 0;
  return {
    randn(n) {
      const call = calls++;
      return new Float32Array(n).map((_, i) => {
        const [first, second] = philox([call, 0, i, 0], key);
        const radius = Math.sqrt(-2 * Math.log(first * UNIT + UNIT / 2));
        return radius * Math.sin((second * UNIT + UNIT / 2) * 2 * Math.PI);
      });
    },
  };
}
