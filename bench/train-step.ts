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
import type { Runtime } from "../packages/aquatint/src/runtime/types.ts";
import { rateFeeds } from "../packages/aquatint/src/train/rates.ts";
import { firstState, oneGroup, trainStep } from "../packages/aquatint/src/train/step.ts";
import { startPeer } from "./peers/peer.ts";

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
  /** Fastest and median of the steps after the first. */
  readonly stepMs: number;
  readonly medianMs: number;
  /** Loading the graph into ONNX Runtime. */
  readonly sessionMs: number;
  /** Building models and graph, and writing it as ONNX. */
  readonly traceMs: number;
  readonly parameters: number;
  readonly rssMB: number;
}

/** What is timed beside it, in turns. */
export interface TrainStepBenchOptions {
  readonly steps?: number;
  readonly threads?: number;
  /** PyTorch's variants of the same step: for each the fastest and the median time, and the median of ours / theirs. */
  readonly peer?: { readonly python: string; readonly variants: readonly string[] } | undefined;
}

/** Times AdamW steps of a U-Net on noise. */
export async function trainStepBench({ steps = 8, threads = 2, peer }: TrainStepBenchOptions = {}) {
  await using runtime = await nodeRuntime({ threads });
  const { step, ...fixed } = await ours(runtime);
  const torch = peer && startPeer("train_step.py", { python: peer.python, threads });
  const times: number[] = [];
  const others: Record<string, number[]> = Object.fromEntries((peer?.variants ?? []).map((name) => [name, []]));
  for (let i = 1; i <= steps; i++) {
    times.push(await step(i));
    for (const [name, list] of Object.entries(others)) list.push(await torch!.step(name));
  }
  await torch?.[Symbol.asyncDispose]();
  const compared = Object.entries(others).flatMap(([name, list]) => [
    [`${name}Ms`, Math.round(fastest(list))],
    [`${name}MedianMs`, Math.round(median(list.slice(1)))],
    [`${name}Ratio`, Number(median(times.slice(1).map((ms, i) => ms / list[i + 1]!)).toFixed(3))],
  ]);
  const figures: TrainStepBench = {
    stepMs: Math.round(fastest(times)),
    medianMs: Math.round(median(times.slice(1))),
    ...fixed,
    rssMB: Math.round(process.memoryUsage().rss / 2 ** 20),
  };
  return { ...figures, ...Object.fromEntries(compared) };
}

const fastest = (times: readonly number[]): number => Math.min(...times.slice(1));
const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1]!;

/** The step as a function that returns its milliseconds. */
async function ours(runtime: Runtime) {
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
  const averageRate = { horizon: 1000, warmup: true };
  const rated = groups.map((group) => ({ ...group, learningRate: 1e-4, weightDecay: 0.01, averageRate }));
  async function step(update: number): Promise<number> {
    const scalars = rateFeeds(rated, 1, { update, share: 1 });
    const [x, target] = [draws.randn(sizeOf(shape)), draws.randn(sizeOf(shape))];
    const t = draws.rand(BATCH).map((v) => v * 999);
    const feeds = { ...scalars, x: float(x, shape), target: float(target, shape), t: float(t, [BATCH]) };
    const begun = performance.now();
    await program.run(feeds, { state });
    return performance.now() - begun;
  }
  return {
    step,
    sessionMs: Math.round(loaded - traced),
    traceMs: Math.round(traced - started),
    parameters: [...weights.values()].reduce((n, w) => n + sizeOf(w.shape), 0),
  };
}
