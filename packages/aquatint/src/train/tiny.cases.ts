import type { Dataset, StreamState } from "../data/dataset.ts";
import { targets } from "../diffusion/prediction.ts";
import { schedules } from "../diffusion/schedules.ts";
import { torchCpu } from "../math/random.ts";
import { pixelModules } from "../pipelines/pixel-modules.ts";
import type { Runtime } from "../runtime/types.ts";
import { tokenizerFrom } from "../tokenizers/files.ts";
import { trainBytePairs } from "../tokenizers/train.ts";
import { denoisingObjective } from "./denoising.ts";
import { train } from "./loop.ts";
import type { Objective } from "./objective.ts";
import type { RateOptions } from "./rates.ts";
import { initialState, trainStep } from "./step.ts";

/** The captions of `colourPlates`. */
export const plateNames = ["red", "green", "blue"] as const;
const SIZE = 8;

/** Pictures of one plain colour with its name: enough to train on in milliseconds. */
export const colourPlates: Dataset = {
  name: "colour-plates",
  size: [SIZE, SIZE],
  captions: () => plateNames,
  stream({ seed }) {
    let state: StreamState = { seed, position: 0 };
    return {
      async next(n) {
        const chosen = Array.from({ length: n }, (_, i) => (state.seed + state.position + i) % plateNames.length);
        state = { ...state, position: state.position + n };
        const pixels = SIZE * SIZE;
        const pictures = new Float32Array(n * 3 * pixels).fill(-1);
        for (const [i, c] of chosen.entries()) pictures.fill(1, (3 * i + c) * pixels, (3 * i + c + 1) * pixels);
        return { pictures, captions: chosen.map((c) => plateNames[c]!), truths: chosen };
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
export const tinyTokenizer = trainBytePairs(plateNames, { merges: 20, contextLength: 8 });

/** A fresh objective: training begins at the same numbers each time. */
export function tinyObjective({ batchSize = 4 } = {}): Objective {
  const tokenizer = tokenizerFrom(tinyTokenizer);
  const { vocabSize: vocab_size, modelMaxLength: max_position_embeddings } = tokenizer;
  const modules = pixelModules({
    unet: tinyConfigs.unet,
    text_encoder: { ...tinyConfigs.text_encoder, vocab_size, max_position_embeddings },
  });
  const schedule = schedules.squaredcos_cap_v2();
  const common = { guidanceDropout: 0.1, seed: 3, batchSize };
  return denoisingObjective({
    modules,
    tokenizer,
    dataset: colourPlates,
    schedule,
    target: targets.epsilon,
    ...common,
  });
}

export const tinyRates: RateOptions = {
  learningRate: 3e-3,
  warmupSteps: 2,
  steps: 6,
  weightDecay: 0.01,
  emaDecay: 0.9,
  clipNorm: 1,
};

/** The losses of a few training steps on a runtime, in the layout that it asks for. */
export async function tinyLosses(runtime: Runtime, { layout = runtime.layout } = {}): Promise<number[]> {
  const objective = tinyObjective();
  const program = await runtime.load(trainStep({ ...objective, layout }));
  const state = await runtime.createState(initialState(objective.parameters, torchCpu(1)));
  const losses: number[] = [];
  for await (const { loss } of train({ program, state, objective, rates: tinyRates })) losses.push(loss);
  return losses;
}

/** What `tinyLosses` gives, to 1e-4, on every platform. */
export const expectedLosses: readonly number[] = [1.128471, 1.109787, 1.040434, 1.00728, 0.963269, 0.925129];
