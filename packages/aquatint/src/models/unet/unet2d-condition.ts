import type { Tensor } from "../../graph/tensor.ts";
import { module } from "../../nn/module.ts";
import { Transformer2DModel } from "../blocks/transformer.ts";
import { backbone, embedTime, runBackbone } from "./backbone.ts";
import { eachBlock, type UNet2DConditionConfig } from "./config.ts";

const attends = { DownBlock2D: false, CrossAttnDownBlock2D: true, UpBlock2D: false, CrossAttnUpBlock2D: true };

/**
 * Stable Diffusion's U-Net (Rombach et al. 2022): sample [b, in_channels, h, w], times t [b] and the prompt's
 * encoderHiddenStates [b, n, cross_attention_dim] to [b, out_channels, h, w].
 */
export function UNet2DConditionModel(config: UNet2DConditionConfig) {
  const n = config.block_out_channels.length;
  const heads = eachBlock(config.attention_head_dim, n); // the published key's name is a mistake: it is a number of heads
  const depths = eachBlock(config.transformer_layers_per_block, n);
  const contexts = eachBlock(config.cross_attention_dim, n);
  const attention = (i: number) => (channels: number) =>
    Transformer2DModel(channels, {
      heads: heads[i]!,
      depth: depths[i]!,
      contextWidth: contexts[i]!,
      groups: config.norm_num_groups,
      linear: config.use_linear_projection,
    });
  const parts = backbone(config, {
    layers: eachBlock(config.layers_per_block, n),
    down: config.down_block_types.map((type, i) => (attends[type] ? attention(i) : undefined)),
    mid: attention(n - 1),
    up: config.up_block_types.map((type, i) => (attends[type] ? attention(n - 1 - i) : undefined)),
  });
  return module({ ...parts }, (sample: Tensor, t: Tensor, encoderHiddenStates: Tensor): Tensor => {
    const temb = embedTime(parts, config, t);
    return runBackbone(parts, config, sample, { temb, context: encoderHiddenStates });
  });
}
