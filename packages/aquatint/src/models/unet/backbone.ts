import type { Tensor } from "../../graph/tensor.ts";
import { Conv2d, GroupNorm } from "../../nn/layers.ts";
import { silu } from "../../ops/activation.ts";
import { scale, sub } from "../../ops/elementwise.ts";
import { scalar } from "../../ops/leaves.ts";
import { itemAt } from "../../util/items.ts";
import type { ResnetOptions } from "../blocks/resnet-block.ts";
import {
  type AttentionFactory,
  type Conditions,
  DownBlock,
  MidBlock,
  type MotionPlan,
  UpBlock,
} from "../blocks/unet-blocks.ts";
import { addResiduals, type Residuals } from "./residuals.ts";

/** The keys of a config that describe the way down and the middle. */
export interface DescentConfig {
  readonly in_channels: number;
  readonly block_out_channels: readonly number[];
  readonly time_embedding_dim?: number | null;
  readonly norm_num_groups: number;
  readonly norm_eps: number;
  readonly downsample_padding: number;
  readonly mid_block_type: string | null;
  readonly mid_block_scale_factor: number;
  readonly resnet_time_scale_shift: string;
  readonly conv_in_kernel?: number;
}
/** The keys of both U-Nets' configs that say the same of both. */
export interface BackboneConfig extends DescentConfig {
  readonly out_channels: number;
  readonly center_input_sample: boolean;
  readonly conv_out_kernel?: number;
}

/** Residual blocks and attention of each block on the way down, in the order of the config, and in the middle. */
export interface DescentPlan {
  readonly layers: readonly number[];
  readonly down: readonly AttentionFactory[];
  readonly mid: AttentionFactory;
  /** True if the middle has a second residual block; it has unless said otherwise. */
  readonly midPaired?: boolean;
  /** Motion modules, which mix the frames of clips. */
  readonly motion?: MotionPlan | undefined;
}
/** The same, and of each block on the way up, in the order of the config. */
export interface BackbonePlan extends DescentPlan {
  readonly up: readonly AttentionFactory[];
}

/** Width of the vector that tells every block the time. */
export const timeChannels = ({ time_embedding_dim, block_out_channels }: DescentConfig): number =>
  time_embedding_dim ?? 4 * itemAt(block_out_channels, 0);

function resnetOptions(config: DescentConfig): ResnetOptions {
  const { norm_num_groups: groups, norm_eps: eps, resnet_time_scale_shift } = config;
  const timeScaleShift = resnet_time_scale_shift === "scale_shift";
  return { norm: { groups, eps }, timeChannels: timeChannels(config), timeScaleShift };
}

/** The way down and the middle under their published names. */
export function descent(config: DescentConfig, { layers, down, mid, midPaired = true, motion }: DescentPlan) {
  const channels = config.block_out_channels;
  const resnet = resnetOptions(config);
  const middle = {
    resnet: { ...resnet, outputScale: config.mid_block_scale_factor },
    attention: mid,
    motion: motion?.mid,
    paired: midPaired,
  };
  const down_blocks = channels.map((outChannels, i) =>
    DownBlock({
      inChannels: itemAt(channels, Math.max(i - 1, 0)),
      outChannels,
      layers: itemAt(layers, i),
      downsample: i === channels.length - 1 ? undefined : { padding: config.downsample_padding },
      resnet,
      attention: down[i],
      motion: motion?.down[i],
    }),
  );
  return {
    conv_in: Conv2d(config.in_channels, itemAt(channels, 0), config.conv_in_kernel ?? 3),
    down_blocks,
    mid_block: config.mid_block_type === null ? undefined : MidBlock(itemAt(channels, -1), middle),
  };
}
/** The parts on the way down. */
export type Descent = ReturnType<typeof descent>;

/** The parts of a U-Net (Ronneberger et al. 2015; Ho et al. 2020) under their published names. */
export function backbone(config: BackboneConfig, plan: BackbonePlan) {
  const { out_channels, block_out_channels, norm_num_groups: groups, norm_eps: eps } = config;
  const first = itemAt(block_out_channels, 0);
  return {
    ...descent(config, plan),
    up_blocks: upBlocks(config, plan),
    conv_norm_out: GroupNorm(groups, first, { eps }),
    conv_out: Conv2d(first, out_channels, config.conv_out_kernel ?? 3),
  };
}
/** The parts that every U-Net has. */
export type Backbone = ReturnType<typeof backbone>;

function upBlocks(config: BackboneConfig, { layers, up, motion }: BackbonePlan) {
  const channels = config.block_out_channels.toReversed();
  const resnet = resnetOptions(config);
  return channels.map((outChannels, i) => {
    const levelChannels = Array.from({ length: itemAt(layers, -1 - i) }, () => outChannels);
    return UpBlock({
      inChannels: itemAt(channels, Math.max(i - 1, 0)),
      outChannels,
      skipChannels: [...levelChannels, itemAt(channels, Math.min(i + 1, channels.length - 1))],
      upsample: i < channels.length - 1,
      resnet,
      attention: up[i],
      motion: motion?.up[i],
    });
  });
}

/** Down through the blocks and the middle from the first convolution's x: what each gave, and the middle's image. */
export function descend({ down_blocks, mid_block }: Omit<Descent, "conv_in">, x: Tensor, conditions: Conditions) {
  const skips = [x];
  for (const block of down_blocks) skips.push(...block(itemAt(skips, -1), conditions));
  const deepest = itemAt(skips, -1);
  return { skips, middle: mid_block ? mid_block(deepest, conditions) : deepest };
}

/** Down, through the middle and up: sample [b, in_channels, h, w] to [b, out_channels, h, w]. */
export function runBackbone(
  parts: Backbone,
  config: BackboneConfig,
  sample: Tensor,
  { residuals, ...conditions }: Conditions & { readonly residuals?: Residuals | undefined },
): Tensor {
  const { conv_in, up_blocks, conv_norm_out, conv_out } = parts;
  const centered = config.center_input_sample ? sub(scale(sample, 2), scalar(1)) : sample;
  const passed = descend(parts, conv_in(centered), conditions);
  const { skips, middle } = residuals ? addResiduals(passed, residuals) : passed;
  let x = middle;
  for (const block of up_blocks) {
    const blockSkips = skips.splice(-block.children.resnets.length).reverse();
    const size = skips.at(-1)?.shape.slice(2) as [number, number] | undefined;
    x = block(x, blockSkips, { ...conditions, size });
  }
  return conv_out(silu(conv_norm_out(x)));
}
