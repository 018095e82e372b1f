import { compile } from "../src/compiler/compile.ts";
import { float32 } from "../src/graph/host-tensor.ts";
import type { Tensor } from "../src/graph/tensor.ts";
import { type HostTensor, type HostTensors, type Shape, sizeOf } from "../src/graph/types.ts";
import type { Runtime } from "../src/runtime/types.ts";

export interface EvaluateOptions {
  readonly feeds?: HostTensors;
  /** Parameters by name, with their values. */
  readonly names?: ReadonlyMap<string, Tensor>;
  readonly values?: ReadonlyMap<string, HostTensor>;
}

/** The values of some tensors: a program compiled, run once and let go. */
export async function evaluate<R extends string>(
  runtime: Runtime,
  outputs: Readonly<Record<R, Tensor>>,
  { feeds = {}, names = new Map(), values = new Map() }: EvaluateOptions = {},
): Promise<HostTensors<R>> {
  const program = await runtime.load(compile({ outputs, parameters: { names, as: values } }));
  try {
    return await program.run(feeds);
  } finally {
    await program[Symbol.asyncDispose]();
  }
}

/** `n` numbers between `from` and `to` that look random and are the same each time. */
export function scattered(n: number, { from = -1, to = 1, seed = 0 } = {}): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    const v = Math.sin((i + 1) * 127.1 + seed * 311.7) * 43758.5453;
    return from + (to - from) * (v - Math.floor(v));
  });
}

/** A float32 tensor of such numbers, between -1 and 1, times `size`. */
export const noise = (shape: Shape, { seed = 0, size = 1 } = {}): HostTensor<"float32"> =>
  float32(shape, scattered(sizeOf(shape), { from: -size, to: size, seed }));

/** Such a tensor for every parameter, of the size that keeps a network's numbers near 1. */
export const noiseWeights = (names: ReadonlyMap<string, Tensor>): Map<string, HostTensor<"float32">> =>
  new Map(
    Array.from(names, ([name, { shape }], seed) => {
      const size = shape.length > 1 ? Math.sqrt(3 / sizeOf(shape.slice(1))) : 0.3;
      return [name, noise(shape, { seed, size })];
    }),
  );

/** The largest |a - b| / max(1, |b|). */
export function deviation(actual: HostTensor | undefined, expected: ArrayLike<number>): number {
  if (actual?.data.length !== expected.length) return Number.POSITIVE_INFINITY;
  return Math.max(0, ...Array.from(expected, (w, i) => Math.abs(actual.data[i]! - w) / Math.max(1, Math.abs(w))));
}
