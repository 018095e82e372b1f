import { compile, type ParameterBinding } from "../../compiler/compile.ts";
import { layoutPass } from "../../compiler/nchwc/layout.ts";
import { zeros } from "../../graph/host-tensor.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type HostTensor, type HostTensors, sizeOf } from "../../graph/types.ts";
import type { Program, Runtime, State } from "../../runtime/types.ts";
import { itemAt } from "../../util/items.ts";
import { mapValues } from "../../util/map-values.ts";

/** A network that takes any number of samples. */
export interface ChunkedNetwork<R extends string = string> extends AsyncDisposable {
  /** Feeds and results hold a sample a row along their first axis. */
  run(feeds: HostTensors): Promise<HostTensors<R>>;
}

/** Input of such a network. */
export interface ChunkedNetworkInput<R extends string> {
  readonly runtime: Runtime;
  readonly parameters: ParameterBinding;
  /** Needed where the parameters are bound to it. */
  readonly state?: State | undefined;
  /** Samples that the graph takes at once. */
  readonly chunk: number;
  /** The graph's results for so many samples; its inputs are fed by their names. */
  readonly trace: (chunk: number) => Readonly<Record<R, Tensor>>;
}

/** Runs a graph of `chunk` samples over any number of them, the last chunk filled up with zeros; loaded when first wanted. */
export function inChunks<R extends string>({
  runtime,
  parameters,
  state,
  chunk,
  trace,
}: ChunkedNetworkInput<R>): ChunkedNetwork<R> {
  let program: Promise<Program<R>> | undefined;
  return {
    async run(feeds) {
      program ??= runtime.load(compile({ outputs: trace(chunk), parameters, layout: layoutPass(runtime.layout) }));
      const loaded = await program;
      const n = itemAt(itemAt(Object.values(feeds), 0).shape, 0);
      const parts: HostTensors<R>[] = [];
      for (let from = 0; from < n; from += chunk) {
        const part = mapValues(feeds, (x) => rows(x, from, chunk));
        parts.push(await loaded.run(part, { state }));
      }
      return mapValues<R, HostTensor, HostTensor>(itemAt(parts, 0), (_, name) =>
        firstRows(
          parts.map((part) => part[name]),
          n,
        ),
      );
    },
    async [Symbol.asyncDispose]() {
      await (await program)?.[Symbol.asyncDispose]();
    },
  };
}

/** `count` rows from row `from`, zeros where there are no more. */
function rows({ dtype, shape, data }: HostTensor, from: number, count: number): HostTensor {
  const size = sizeOf(shape.slice(1));
  const chunk = zeros({ dtype, shape: [count, ...shape.slice(1)] });
  chunk.data.set(data.subarray(from * size, (from + count) * size));
  return chunk;
}

/** The first `n` rows of all parts together, float32. */
function firstRows(parts: readonly HostTensor[], n: number): HostTensor {
  const shape = itemAt(parts, 0).shape;
  const all = new Float32Array(parts.length * sizeOf(shape));
  for (const [i, { data }] of parts.entries()) all.set(data, i * data.length);
  return { dtype: "float32", shape: [n, ...shape.slice(1)], data: all.subarray(0, n * sizeOf(shape.slice(1))) };
}
