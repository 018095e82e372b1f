import { checkpoint } from "../packages/aquatint/src/autodiff/checkpoint.ts";
import { grad } from "../packages/aquatint/src/autodiff/grad.ts";
import { compile } from "../packages/aquatint/src/compiler/compile.ts";
import type { Tensor } from "../packages/aquatint/src/graph/tensor.ts";
import type { HostTensor, Shape } from "../packages/aquatint/src/graph/types.ts";
import { sizeOf } from "../packages/aquatint/src/graph/types.ts";
import { silu } from "../packages/aquatint/src/ops/activation.ts";
import { add, square } from "../packages/aquatint/src/ops/elementwise.ts";
import { input } from "../packages/aquatint/src/ops/leaves.ts";
import { matmul } from "../packages/aquatint/src/ops/matmul.ts";
import { mean } from "../packages/aquatint/src/ops/reduce.ts";
import { nodeRuntime } from "../packages/aquatint/src/runtime/runtime.node.ts";

const [ROWS, WIDTH, INNER] = [2048, 128, 512] as const;

/** What the gradient of a deep network takes. */
export interface DeepNetworkBench {
  /** The fastest of three gradients. */
  readonly stepMs: number;
  /** By how much a gradient made the process grow at most. */
  readonly peakMB: number;
  readonly gradNorm: number;
}

/** The gradient of `depth` residual blocks, each with 12 MB of activations, with or without a checkpoint a block. */
export async function deepNetworkBench({
  checkpoints = false,
  depth = 24,
  threads = 1,
} = {}): Promise<DeepNetworkBench> {
  const leaf = (name: string, shape: Shape) => input({ name, dtype: "float32", shape });
  const [x, up, down] = [leaf("x", [ROWS, WIDTH]), leaf("up", [WIDTH, INNER]), leaf("down", [INNER, WIDTH])];
  const plain = (h: Tensor): Tensor => add(h, matmul(silu(matmul(h, up)), down));
  const block = checkpoints ? checkpoint(plain) : plain;
  let y = x;
  for (let i = 0; i < depth; i++) y = block(y);
  const [dUp] = grad(mean(square(y)), [up]);
  const norm = mean(square(dUp!));
  await using runtime = await nodeRuntime({ threads });
  const program = await runtime.load(compile({ outputs: { norm } }));
  const feed = ({ shape }: Tensor): HostTensor => {
    const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => 0.1 * Math.sin(i));
    return { dtype: "float32", shape, data };
  };
  const feeds = { x: feed(x), up: feed(up), down: feed(down) };
  const [before, peak] = [rssMB(), peakRss()];
  const times: number[] = [];
  let gradNorm = 0;
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    gradNorm = Number((await program.run(feeds)).norm!.data[0]);
    times.push(performance.now() - start);
  }
  return { stepMs: Math.round(Math.min(...times)), peakMB: Math.round(peak() - before), gradNorm };
}

const rssMB = () => process.memoryUsage().rss / 2 ** 20;

/** The largest size of the process, by looking often: what the system counts may include the process that started it. */
function peakRss(): () => number {
  let peak = rssMB();
  const timer = setInterval(() => {
    peak = Math.max(peak, rssMB());
  }, 2);
  return () => {
    clearInterval(timer);
    return peak;
  };
}
