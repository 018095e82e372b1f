import type { Tensor } from "../../graph/tensor.ts";
import { Conv2d, GroupNorm } from "../../nn/layers.ts";
import { silu } from "../../ops/activation.ts";
import { scale, sub } from "../../ops/elementwise.ts";
import { scalar } from "../../ops/leaves.ts";
import type { ResnetOptions } from "../blocks/resnet-block.ts";
import { TimestepEmbedding, timesteps } from "../blocks/timesteps.ts";
import { type AttentionFactory, type Conditions, DownBlock, MidBlock, UpBlock } from "../blocks/unet-blocks.ts";

/** The keys of both U-Nets' configs that say the same of both. */
export interface BackboneConfig {
  readonly in_channels: number;
  readonly out_channels: number;
  readonly block_out_channels: readonly number[];
  readonly center_input_sample: boolean;
  readonly flip_sin_to_cos: boolean;
  readonly freq_shift: number;
  readonly time_embedding_dim: number | null;
  readonly norm_num_groups: number;
  readonly norm_eps: number;
  readonly downsample_padding: number;
  readonly mid_block_type: string | null;
  readonly mid_block_scale_factor: number;
  readonly resnet_time_scale_shift: string;
  readonly conv_in_kernel?: number;
  readonly conv_out_kernel?: number;
}

/** What differs: residual blocks and attention of each block, both lists in the order of the config. */
export interface BackbonePlan {
  readonly layers: readonly number[];
  readonly down: readonly AttentionFactory[];
  readonly mid: AttentionFactory;
  readonly up: readonly AttentionFactory[];
}

/** The parts of a U-Net (Ronneberger et al. 2015; Ho et al. 2020) under their published names. */
export function backbone(config: BackboneConfig, plan: BackbonePlan) {
  const { in_channels, out_channels, block_out_channels: channels, norm_num_groups: groups, norm_eps: eps } = config;
  const first = channels[0]!;
  const timeChannels = config.time_embedding_dim ?? 4 * first;
  const timeScaleShift = config.resnet_time_scale_shift === "scale_shift";
  const resnet = { norm: { groups, eps }, timeChannels, timeScaleShift };
  const mid = { resnet: { ...resnet, outputScale: config.mid_block_scale_factor }, attention: plan.mid };
  return {
    conv_in: Conv2d(in_channels, first, config.conv_in_kernel ?? 3),
    time_embedding: TimestepEmbedding(first, timeChannels),
    down_blocks: downBlocks(config, plan, resnet),
    mid_block: config.mid_block_type === null ? undefined : MidBlock(channels.at(-1)!, mid),
    up_blocks: upBlocks(config, plan, resnet),
    conv_norm_out: GroupNorm(groups, first, { eps }),
    conv_out: Conv2d(first, out_channels, config.conv_out_kernel ?? 3),
  };
}
/** The parts that every U-Net has. */
export type Backbone = ReturnType<typeof backbone>;

function downBlocks(config: BackboneConfig, { layers, down }: BackbonePlan, resnet: ResnetOptions) {
  const channels = config.block_out_channels;
  return channels.map((outChannels, i) =>
    DownBlock({
      inChannels: channels[Math.max(i - 1, 0)]!,
      outChannels,
      layers: layers[i]!,
      downsample: i === channels.length - 1 ? undefined : { padding: config.downsample_padding },
      resnet,
      attention: down[i],
    }),
  );
}

function upBlocks(config: BackboneConfig, { layers, up }: BackbonePlan, resnet: ResnetOptions) {
  const channels = config.block_out_channels.toReversed();
  return channels.map((outChannels, i) => {
    const own = Array.from({ length: layers.at(-1 - i)! }, () => outChannels);
    return UpBlock({
      inChannels: channels[Math.max(i - 1, 0)]!,
      outChannels,
      skipChannels: [...own, channels[Math.min(i + 1, channels.length - 1)]!],
      upsample: i < channels.length - 1,
      resnet,
      attention: up[i],
    });
  });
}

/** The vector [b, timeChannels] that tells every block the time t [b]. */
export function embedTime({ time_embedding }: Backbone, config: BackboneConfig, t: Tensor): Tensor {
  const { flip_sin_to_cos: flipSinToCos, freq_shift: freqShift } = config;
  return time_embedding(timesteps(t, config.block_out_channels[0]!, { flipSinToCos, freqShift }));
}

/** Down, through the middle and up: sample [b, in_channels, h, w] to [b, out_channels, h, w]. */
export function runBackbone(parts: Backbone, config: BackboneConfig, sample: Tensor, conditions: Conditions): Tensor {
  const { conv_in, down_blocks, mid_block, up_blocks, conv_norm_out, conv_out } = parts;
  let x = conv_in(config.center_input_sample ? sub(scale(sample, 2), scalar(1)) : sample);
  const skips = [x];
  for (const block of down_blocks) {
    skips.push(...block(x, conditions));
    x = skips.at(-1)!;
  }
  if (mid_block) x = mid_block(x, conditions);
  for (const block of up_blocks) {
    const joined = skips.splice(-block.children.resnets.length).reverse();
    const size = skips.at(-1)?.shape.slice(2) as [number, number] | undefined;
    x = block(x, joined, { ...conditions, size });
  }
  return conv_out(silu(conv_norm_out(x)));
}
