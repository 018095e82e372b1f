import type { HostTensor } from "../packages/aquatint/src/graph/types.ts";
import { sizeOf } from "../packages/aquatint/src/graph/types.ts";
import { torchCpu } from "../packages/aquatint/src/math/random.ts";
import { parseUNet2DConfig, UNet2DModel } from "../packages/aquatint/src/models/unet/index.ts";
import { initialise } from "../packages/aquatint/src/nn/initialise.ts";
import { parameters } from "../packages/aquatint/src/nn/module.ts";
import { square, sub } from "../packages/aquatint/src/ops/elementwise.ts";
import { input } from "../packages/aquatint/src/ops/leaves.ts";
import { mean } from "../packages/aquatint/src/ops/reduce.ts";
import { nodeRuntime } from "../packages/aquatint/src/runtime/node.ts";
import { rateFeeds } from "../packages/aquatint/src/train/rates.ts";
import { firstState, oneGroup, trainStep } from "../packages/aquatint/src/train/step.ts";

/** The U-Net of the PyTorch peer: channels 64, 128, 128, two layers a block, one-headed attention at 8x8. */
export const smallUNet = {
  sample_size: 32,
  block_out_channels: [64, 128, 128],
  down_block_types: ["DownBlock2D", "DownBlock2D", "AttnDownBlock2D"],
  up_block_types: ["AttnUpBlock2D", "UpBlock2D", "UpBlock2D"],
  layers_per_block: 2,
  attention_head_dim: 128,
};
const BATCH = 16;

export interface TrainStepBench {
  /** Fastest of the steps after the first. */
  readonly stepMs: number;
  /** Loading the graph into ONNX Runtime. */
  readonly sessionMs: number;
  /** Building models and graph, and writing it as ONNX. */
  readonly traceMs: number;
  readonly parameters: number;
  readonly rssMB: number;
}

/** Times AdamW steps of a U-Net on noise. */
export async function trainStepBench({ steps = 8, threads = 2 } = {}): Promise<TrainStepBench> {
  await using runtime = await nodeRuntime({ threads });
  const started = performance.now();
  const network = UNet2DModel(parseUNet2DConfig(smallUNet));
  const weights = parameters(network);
  const shape = [BATCH, 3, 32, 32];
  const feed = (name: string, of: readonly number[]) => input({ name, dtype: "float32", shape: of });
  const loss = mean(square(sub(network(feed("x", shape), feed("t", [BATCH])), feed("target", shape))));
  const groups = oneGroup(weights);
  const executable = trainStep({ loss, groups, layout: runtime.layout });
  const traced = performance.now();
  const program = await runtime.load(executable);
  const loaded = performance.now();
  const draws = torchCpu(0);
  const state = await runtime.createState(firstState(initialise(weights, draws), groups));
  const float = (data: Float32Array, of: readonly number[]): HostTensor => ({ dtype: "float32", shape: of, data });
  const times: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const rated = groups.map((group) => ({
      ...group,
      learningRate: 1e-4,
      weightDecay: 0.01,
      averageRate: { horizon: 1000, warmup: true },
    }));
    const scalars = rateFeeds(rated, 1, { update: step, share: 1 });
    const [x, target, t] = [
      draws.randn(sizeOf(shape)),
      draws.randn(sizeOf(shape)),
      draws.rand(BATCH).map((v) => v * 999),
    ];
    const begun = performance.now();
    await program.run(
      { ...scalars, x: float(x, shape), target: float(target, shape), t: float(t, [BATCH]) },
      { state },
    );
    times.push(performance.now() - begun);
  }
  return {
    stepMs: Math.round(Math.min(...times.slice(1))),
    sessionMs: Math.round(loaded - traced),
    traceMs: Math.round(traced - started),
    parameters: [...weights.values()].reduce((n, w) => n + sizeOf(w.shape), 0),
    rssMB: Math.round(process.memoryUsage().rss / 2 ** 20),
  };
}
