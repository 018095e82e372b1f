import type { Tensor } from "../graph/tensor.ts";
import { type HostTensor, sizeOf } from "../graph/types.ts";
import type { Init } from "../ops/leaves.ts";

/** The source of random initial values. Every `RandomStream` of math/ is one. */
export interface RandomSource {
  rand(n: number): Float32Array;
  randn(n: number): Float32Array;
}

/** First values of the parameters, drawn in the map's order. */
export function initialize(
  parameters: ReadonlyMap<string, Tensor>,
  random: RandomSource,
): Record<string, HostTensor<"float32">> {
  const first = (x: Tensor): HostTensor<"float32"> => {
    const { init } = x.node.attrs as { init: Init };
    return { dtype: "float32", shape: x.shape, data: values(init, sizeOf(x.shape), random) };
  };
  return Object.fromEntries(Array.from(parameters, ([name, x]) => [name, first(x)]));
}

function values(init: Init, n: number, random: RandomSource): Float32Array {
  if (init === "zeros") return new Float32Array(n);
  if (init === "ones") return new Float32Array(n).fill(1);
  if ("constant" in init) return new Float32Array(n).fill(init.constant);
  if ("values" in init) return init.values.slice();
  if ("normal" in init) return random.randn(n).map((v) => v * init.normal);
  return random.rand(n).map((v) => (2 * v - 1) * init.uniform);
}
