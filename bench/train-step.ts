import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { layoutPass } from "../packages/aquatint/src/compiler/nchwc/layout.ts";
import type { Tensor } from "../packages/aquatint/src/graph/tensor.ts";
import type { HostTensor } from "../packages/aquatint/src/graph/types.ts";
import { sizeOf } from "../packages/aquatint/src/graph/types.ts";
import { torchCpu } from "../packages/aquatint/src/math/random.ts";
import {
  parseUNet2DConditionConfig,
  parseUNet2DConfig,
  UNet2DConditionModel,
  UNet2DModel,
} from "../packages/aquatint/src/models/unet/index.ts";
import { initialize } from "../packages/aquatint/src/nn/init.ts";
import { type Child, parameters } from "../packages/aquatint/src/nn/module.ts";
import { square, sub } from "../packages/aquatint/src/ops/elementwise.ts";
import { input } from "../packages/aquatint/src/ops/leaves.ts";
import { mean } from "../packages/aquatint/src/ops/reduce.ts";
import { nodeRuntime } from "../packages/aquatint/src/runtime/runtime.node.ts";
import type { Runtime } from "../packages/aquatint/src/runtime/types.ts";
import { rateFeeds } from "../packages/aquatint/src/train/loop/step-feeds.ts";
import { firstState, oneGroup, trainStep } from "../packages/aquatint/src/train/loop/step-graph.ts";
import { mapValues } from "../packages/aquatint/src/util/map-values.ts";
import { root } from "../test/tree.ts";
import { peer as peerProcess, type Timing } from "./peers/peer.ts";

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
/** Tokens of a caption, as the recipe's text encoder takes them. */
const TOKENS = 32;

/** What is trained: a U-Net, and the shape of a sample. */
interface TrainSubject {
  readonly sample: readonly number[];
  /** The U-Net's output for noisy samples x at times t; further feeds by their shapes. */
  create(): { readonly network: Child; output(x: Tensor, t: Tensor, feed: Feed): Tensor };
  readonly conditions: Readonly<Record<string, readonly number[]>>;
  /** Config of diffusers' U-Net, where the peer takes that. */
  readonly config?: object;
}
type Feed = (name: string, shape: readonly number[]) => Tensor;

const pixels: TrainSubject = {
  sample: [3, 32, 32],
  conditions: {},
  create() {
    const network = UNet2DModel(parseUNet2DConfig(smallUNet));
    return { network, output: network };
  },
};

/** The U-Net of the recipe of 128 pixels on stored latents, under stored states of the text encoder. */
async function latents(): Promise<TrainSubject> {
  const path = (name: string) => join(root, `recipes/emoji-128/${name}.json`);
  const model = async (name: string) => JSON.parse(await readFile(path(name), "utf8")).model;
  const { unet } = await model("latent");
  const channels = (await model("autoencoder")).vae.latent_channels;
  const config = { ...unet, sample_size: 16, in_channels: channels, out_channels: channels };
  const context = [BATCH, TOKENS, config.cross_attention_dim];
  return {
    sample: [channels, 16, 16],
    conditions: { context },
    config,
    create() {
      const network = UNet2DConditionModel(parseUNet2DConditionConfig(config));
      return { network, output: (x, t, feed) => network(x, t, feed("context", context)) };
    },
  };
}

/** Subjects of the bench, by name. */
export const trainSubjects = { pixels: async () => pixels, latents } as const;

/** Steps after the first. */
interface Summary {
  /** The fastest, and the one in the middle. */
  readonly stepMs: number;
  readonly medianMs: number;
  /** The least CPU time of a step, over all threads. */
  readonly cpuMs: number;
}

export interface TrainStepBenchOptions {
  /** "pixels" if absent. */
  readonly subject?: keyof typeof trainSubjects;
  readonly steps?: number;
  readonly threads?: number;
  /** PyTorch's variants of the same step, timed in turns with it. */
  readonly peer?: { readonly python: string; readonly variants: readonly string[] } | undefined;
}

/** Times AdamW steps of a U-Net on noise, with clipped gradients and a moving average. Ratios are ours / theirs: the median over turns, and of the least CPU times. */
export async function trainStepBench(options: TrainStepBenchOptions = {}) {
  const { steps = 8, threads = 2, peer, subject: name = "pixels" } = options;
  const subject = await trainSubjects[name]();
  await using runtime = await nodeRuntime({ threads });
  const { step, ...fixed } = await ours(runtime, subject);
  const config = subject.config && ["--latents", JSON.stringify(subject.config)];
  const args = ["--threads", String(threads), ...(config ?? [])];
  await using torch = peer ? peerProcess<Timing>("train_step.py", { python: peer.python, args }) : undefined;
  const ownTimings: Timing[] = [];
  const peerTimings = new Map((peer?.variants ?? []).map((name) => [name, [] as Timing[]]));
  for (let i = 1; i <= steps; i++) {
    ownTimings.push(await step(i));
    for (const [name, timings] of peerTimings) timings.push(await torch!.ask(name));
  }
  const summary = summaryOf(ownTimings);
  const compared = Array.from(peerTimings, ([name, timings]) => {
    const theirs = summaryOf(timings);
    const ratio = rounded(median(ownTimings.slice(1).map(({ ms }, i) => ms / timings[i + 1]!.ms)));
    return [name, { ...theirs, ratio, cpuRatio: rounded(summary.cpuMs / theirs.cpuMs) }] as const;
  });
  const rssMB = Math.round(process.memoryUsage().rss / 2 ** 20);
  return { ...summary, ...fixed, rssMB, ...Object.fromEntries(compared) };
}

function summaryOf([, ...timings]: readonly Timing[]): Summary {
  const times = timings.map(({ ms }) => ms);
  return {
    stepMs: Math.round(Math.min(...times)),
    medianMs: Math.round(median(times)),
    cpuMs: Math.round(Math.min(...timings.map(({ cpuMs }) => cpuMs))),
  };
}
const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
const rounded = (ratio: number): number => Number(ratio.toFixed(3));

/** The step as a function, with what it cost to make it: `traceMs` for the graph, `sessionMs` for ONNX Runtime. */
async function ours(runtime: Runtime, { sample, conditions, create }: TrainSubject) {
  const started = performance.now();
  const { network, output } = create();
  const weights = parameters(network);
  const shape = [BATCH, ...sample];
  const feed: Feed = (name, of) => input({ name, dtype: "float32", shape: of });
  const loss = mean(square(sub(output(feed("x", shape), feed("t", [BATCH]), feed), feed("target", shape))));
  const groups = oneGroup(weights);
  const executable = trainStep({ loss, groups, layout: layoutPass(runtime.layout) });
  const traced = performance.now();
  const program = await runtime.load(executable);
  const loaded = performance.now();
  const draws = torchCpu(0);
  const state = await runtime.createState(firstState(initialize(weights, draws), groups));
  const float = (data: Float32Array, of: readonly number[]): HostTensor => ({ dtype: "float32", shape: of, data });
  const averageRate = { horizon: 1000, warmup: true };
  const rated = groups.map((group) => ({ ...group, learningRate: 1e-4, weightDecay: 0.01, averageRate }));
  async function step(update: number): Promise<Timing> {
    const scalars = rateFeeds(rated, 1, { update, share: 1 });
    const [x, target] = [draws.randn(sizeOf(shape)), draws.randn(sizeOf(shape))];
    const t = draws.rand(BATCH).map((v) => v * 999);
    const further = mapValues(conditions, (of) => float(draws.randn(sizeOf(of)), of));
    const feeds = { ...scalars, ...further, x: float(x, shape), target: float(target, shape), t: float(t, [BATCH]) };
    const [start, busy] = [performance.now(), process.cpuUsage()];
    await program.run(feeds, { state });
    const { user, system } = process.cpuUsage(busy);
    return { ms: performance.now() - start, cpuMs: (user + system) / 1000 };
  }
  return {
    step,
    sessionMs: Math.round(loaded - traced),
    traceMs: Math.round(traced - started),
    parameters: [...weights.values()].reduce((n, w) => n + sizeOf(w.shape), 0),
  };
}
