import type { Dataset, StreamState } from "../data/dataset.ts";
import { ownDatasets } from "../data/registry.ts";
import type { HostTensors } from "../graph/types.ts";
import { torchCpu } from "../math/random.ts";
import { initialize } from "../nn/init.ts";
import type { Runtime } from "../runtime/types.ts";
import { trainBytePairs } from "../tokenizers/train.ts";
import { parseTrainConfig, type TrainConfig } from "./config/config.ts";
import { openSession } from "./loop/session.ts";
import type { Task } from "./loop/task.ts";
import type { TaskContext } from "./tasks/kind.ts";
import { type TaskKinds, tasks } from "./tasks/registry.ts";

/** The captions of `colorPlates`. */
export const plateNames = ["red", "green", "blue"] as const;
const SIZE = 8;

/** Images of one plain color with its name: enough to train on in milliseconds. */
export const colorPlates: Dataset = {
  name: "color-plates",
  size: [SIZE, SIZE],
  captions: () => plateNames,
  stream({ seed }) {
    let state: StreamState = { seed, position: 0 };
    return {
      async next(n) {
        const classes = Array.from({ length: n }, (_, i) => (state.seed + state.position + i) % plateNames.length);
        state = { ...state, position: state.position + n };
        const pixels = SIZE * SIZE;
        const images = new Float32Array(n * 3 * pixels).fill(-1);
        for (const [i, c] of classes.entries()) images.fill(1, (3 * i + c) * pixels, (3 * i + c + 1) * pixels);
        return { images, captions: classes.map((c) => plateNames[c]!), truths: classes };
      },
      snapshot: () => state,
      restore: (to) => {
        state = to;
      },
    };
  },
};

/** Configurations of the smallest text-conditioned U-Net that has every kind of part. */
export const tinyConfigs = {
  unet: {
    sample_size: SIZE,
    in_channels: 3,
    out_channels: 3,
    block_out_channels: [8, 16],
    down_block_types: ["DownBlock2D", "CrossAttnDownBlock2D"],
    up_block_types: ["CrossAttnUpBlock2D", "UpBlock2D"],
    layers_per_block: 1,
    attention_head_dim: 2,
    cross_attention_dim: 16,
    norm_num_groups: 4,
  },
  text_encoder: { hidden_size: 16, intermediate_size: 32, num_hidden_layers: 1, num_attention_heads: 2 },
};
/** The smallest autoencoder that halves an image's sides; its latents have four channels. */
export const tinyVae = {
  block_out_channels: [8, 8],
  down_block_types: ["DownEncoderBlock2D", "DownEncoderBlock2D"],
  up_block_types: ["UpDecoderBlock2D", "UpDecoderBlock2D"],
  norm_num_groups: 4,
  mid_block_add_attention: false,
};
export const tinyTokenizer = trainBytePairs(plateNames, { merges: 20, contextLength: 8 });

/** The configuration of a run of some milliseconds; `training` and the rest may be replaced. */
export function tinyConfig(
  {
    training = {},
    ...rest
  }: {
    readonly training?: object;
    readonly [part: string]: unknown;
  } = {},
  kinds: TaskKinds = tasks,
) {
  const json = {
    output: "unused",
    dataset: { name: "digits" },
    model: {
      ...tinyConfigs,
      scheduler: { _class_name: "DDPMScheduler", beta_schedule: "squaredcos_cap_v2" },
      tokenizer: { merges: 20, context: 8 },
    },
    training: {
      steps: 6,
      batch_size: 4,
      learning_rate: 3e-3,
      warmup_steps: 2,
      ema: { steps: 10 },
      seed: 3,
      ...training,
    },
    ...rest,
  };
  return parseTrainConfig(json, { name: "tiny", kinds: { datasets: ownDatasets, tasks: kinds } });
}

/** The task of a configuration on `colorPlates`. */
export function tinyTask(
  config: TrainConfig,
  context: Pick<TaskContext, "runtime"> & Partial<TaskContext>,
  kinds: TaskKinds = tasks,
): Promise<Task> {
  const { batch_size: batchSize, accumulate, seed } = config.training;
  const modelFiles = () => Promise.reject(new Error("no other model is needed"));
  const sizes = { batchSize, microBatchSize: batchSize / accumulate, seed };
  return kinds[config.task]!.create(config, { dataset: colorPlates, ...sizes, modelFiles, ...context });
}

/** The losses of a few training steps on a runtime, in the layout that it asks for. */
export async function tinyLosses(runtime: Runtime): Promise<number[]> {
  const config = tinyConfig();
  const task = await tinyTask(config, { runtime });
  const initial = async () => new Map(Object.entries(initialize(task.parameters, torchCpu(1))));
  await using session = await openSession({ config, task: { ...task, initial }, runtime });
  const losses: number[] = [];
  for await (const { loss } of session.steps()) losses.push(loss);
  return losses;
}

/** Losses of `tinyLosses`, to 1e-4, on every platform. */
export const expectedLosses: readonly number[] = [1.128471, 1.109787, 1.040434, 1.00728, 0.963269, 0.925129];

/** The state of a checkpoint as plain numbers. */
export const plain = (tensors: HostTensors): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, [...data]]));
