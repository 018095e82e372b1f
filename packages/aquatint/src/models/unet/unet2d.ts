import { shapeError } from "../../graph/op.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { module } from "../../nn/module.ts";
import { AttentionBlock } from "../blocks/attention.ts";
import type { NormOptions } from "../blocks/resnet-block.ts";
import { backbone, runBackbone } from "./backbone.ts";
import type { UNet2DConfig } from "./config.ts";
import { eachBlock } from "./cross-attention.ts";
import { embed, embeddings } from "./embeddings.ts";

const attends = { DownBlock2D: false, AttnDownBlock2D: true, UpBlock2D: false, AttnUpBlock2D: true };

/** diffusers' unconditional U-Net (Ho et al. 2020): sample [b, in_channels, h, w] and times t [b] to [b, out_channels, h, w]. */
export function UNet2DModel(config: UNet2DConfig) {
  const { norm_eps: eps, attention_head_dim, mid_block_scale_factor } = config;
  const attention =
    (norm: NormOptions | undefined, outputScale = 1) =>
    (channels: number) =>
      AttentionBlock(channels, { heads: headsOf(channels, attention_head_dim ?? channels), norm, outputScale });
  const inBlock = attention({ groups: config.norm_num_groups, eps });
  const parts = backbone(config, {
    layers: eachBlock(config.layers_per_block, config.block_out_channels.length),
    down: config.down_block_types.map((type) => (attends[type] ? inBlock : undefined)),
    mid: config.add_attention ? attention(midNorm(config), mid_block_scale_factor) : undefined,
    up: config.up_block_types.map((type) => (attends[type] ? inBlock : undefined)),
  });
  const { conv_in, ...rest } = parts;
  const vector = embeddings(config);
  return module(
    { conv_in, ...vector, ...rest },
    (sample: Tensor, t: Tensor): Tensor => runBackbone(parts, config, sample, { temb: embed(vector, config, t) }),
  );
}

function headsOf(channels: number, width: number): number {
  if (channels % width) shapeError(`${channels} channels do not make heads of ${width}`, "change attention_head_dim");
  return channels / width;
}

/** In diffusers the middle attention is not normalized where the time scales and shifts, unless its groups are given. */
function midNorm(config: UNet2DConfig): NormOptions | undefined {
  const { attn_norm_num_groups, norm_num_groups, norm_eps: eps, resnet_time_scale_shift } = config;
  const groups = attn_norm_num_groups ?? (resnet_time_scale_shift === "default" ? norm_num_groups : undefined);
  return groups === undefined ? undefined : { groups, eps };
}
