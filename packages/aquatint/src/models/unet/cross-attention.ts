import { itemAt } from "../../util/items.ts";
import { Transformer2DModel } from "../blocks/transformer.ts";
import type { AttentionFactory } from "../blocks/unet-blocks.ts";
import type { DescentPlan } from "./backbone.ts";

/** Transformer blocks in each attention of a block: one number for all, or one an attention. */
export type Depth = number | readonly number[];

/** The keys of a config that describe attention to the prompt. */
export interface CrossAttentionConfig {
  readonly block_out_channels: readonly number[];
  readonly down_block_types: readonly ("DownBlock2D" | "CrossAttnDownBlock2D")[];
  readonly mid_block_type: "UNetMidBlock2DCrossAttn" | "UNetMidBlock2D" | null;
  readonly layers_per_block: number | readonly number[];
  readonly attention_head_dim: number | readonly number[];
  readonly num_attention_heads?: number | readonly number[] | null;
  readonly cross_attention_dim: number | readonly number[];
  readonly transformer_layers_per_block: number | readonly Depth[];
  readonly only_cross_attention: boolean | readonly boolean[];
  readonly use_linear_projection: boolean;
  readonly norm_num_groups: number;
}
/** The same, of the way up. */
export interface AscentConfig extends CrossAttentionConfig {
  readonly up_block_types: readonly ("UpBlock2D" | "CrossAttnUpBlock2D")[];
  readonly reverse_transformer_layers_per_block: readonly Depth[] | null;
}

const attends = { DownBlock2D: false, CrossAttnDownBlock2D: true, UpBlock2D: false, CrossAttnUpBlock2D: true };

/** One value a block. */
export const eachBlock = <T>(value: T | readonly T[], blocks: number): readonly T[] =>
  Array.isArray(value) ? (value as readonly T[]) : Array.from({ length: blocks }, () => value as T);

interface Site {
  /** Which entry of the lists in the config. */
  readonly level: number;
  readonly depth: Depth;
  readonly onlyContext: boolean;
}

/** Transformers after each residual block at a place. */
function transformers(config: CrossAttentionConfig, { level, depth, onlyContext }: Site): AttentionFactory {
  const n = config.block_out_channels.length;
  // the published key's name is a mistake: it is a number of heads
  const heads = itemAt(eachBlock(config.num_attention_heads ?? config.attention_head_dim, n), level);
  const contextWidth = itemAt(eachBlock(config.cross_attention_dim, n), level);
  const { norm_num_groups: groups, use_linear_projection: linear } = config;
  return (channels, i) =>
    Transformer2DModel(channels, {
      heads,
      contextWidth,
      groups,
      linear,
      onlyContext,
      depth: typeof depth === "number" ? depth : itemAt(depth, i),
    });
}

/** The attention of each block on the way down and in the middle. */
export function descentPlan(config: CrossAttentionConfig): DescentPlan {
  const n = config.block_out_channels.length;
  const depths = eachBlock<Depth>(config.transformer_layers_per_block, n);
  const only = eachBlock(config.only_cross_attention, n);
  // diffusers' block in the middle looks at the places first, whatever the config says
  const middle = { level: n - 1, depth: itemAt(depths, -1), onlyContext: false };
  const crossing = config.mid_block_type === "UNetMidBlock2DCrossAttn";
  return {
    layers: eachBlock(config.layers_per_block, n),
    down: config.down_block_types.map((type, level) =>
      attends[type]
        ? transformers(config, { level, depth: itemAt(depths, level), onlyContext: itemAt(only, level) })
        : undefined,
    ),
    mid: crossing ? transformers(config, middle) : undefined,
    midPaired: crossing,
  };
}

/** The attention of each block on the way up, in the order of the config's `up_block_types`. */
export function ascentPlan(config: AscentConfig): readonly AttentionFactory[] {
  const n = config.block_out_channels.length;
  const depths =
    config.reverse_transformer_layers_per_block ??
    eachBlock<Depth>(config.transformer_layers_per_block, n).toReversed();
  const only = eachBlock(config.only_cross_attention, n).toReversed();
  return config.up_block_types.map((type, i) => {
    const site = { level: n - 1 - i, depth: itemAt(depths, i), onlyContext: itemAt(only, i) };
    return attends[type] ? transformers(config, site) : undefined;
  });
}
