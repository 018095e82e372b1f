import { boolean, either, type FieldValues, field, integer, listOf, nullable, oneOf } from "../../util/fields.ts";
import { configParser } from "../config.ts";
import { lengthsDiffer, shared, sharedFixed, unetFields, wholeFixed } from "./config.ts";
import { type CrossAttentionConfig, type Depth, eachBlock } from "./cross-attention.ts";

const size = integer({ from: 1 });
const depth = integer({ from: 0 });
/** One number for all blocks, or one a block. */
const perBlock = either(size, listOf(size));
/** One number of transformer blocks for all, one a block, or one for each attention of a block. */
const depths = listOf(either(depth, listOf(depth)));

/** The keys of networks that attend to a prompt. */
const attending = {
  in_channels: field(size, 4),
  down_block_types: field(listOf(oneOf("DownBlock2D", "CrossAttnDownBlock2D")), [
    "CrossAttnDownBlock2D",
    "CrossAttnDownBlock2D",
    "CrossAttnDownBlock2D",
    "DownBlock2D",
  ]),
  mid_block_type: field(nullable(oneOf("UNetMidBlock2DCrossAttn", "UNetMidBlock2D")), "UNetMidBlock2DCrossAttn"),
  block_out_channels: field(listOf(size, { min: 1 }), [320, 640, 1280, 1280]),
  attention_head_dim: field(perBlock, 8),
  cross_attention_dim: field(perBlock, 1280),
  transformer_layers_per_block: field(either(depth, depths), 1),
  only_cross_attention: field(either(boolean, listOf(boolean)), false),
  use_linear_projection: field(boolean, false),
  class_embed_type: field(nullable(oneOf("projection")), null),
  num_class_embeds: field(nullable(size), null),
  addition_embed_type: field(nullable(oneOf("text_time")), null),
  addition_time_embed_dim: field(nullable(size), null),
  projection_class_embeddings_input_dim: field(nullable(size), null),
};
const attendingFixed = { encoder_hid_dim: [null], encoder_hid_dim_type: [null] };
/** Half precision alone needs upcast_attention; the number of heads is that of another, unsupported embedding. */
const attendingInert = ["addition_embed_type_num_heads", "upcast_attention"];

/** Reads the config of Stable Diffusion's U-Net, in diffusers' names and with its defaults. */
export const parseUNet2DConditionConfig = configParser({
  model: "UNet2DConditionModel",
  fields: {
    ...unetFields,
    ...attending,
    out_channels: field(size, 4),
    up_block_types: field(listOf(oneOf("UpBlock2D", "CrossAttnUpBlock2D")), [
      "UpBlock2D",
      "CrossAttnUpBlock2D",
      "CrossAttnUpBlock2D",
      "CrossAttnUpBlock2D",
    ]),
    layers_per_block: field(perBlock, 2),
    reverse_transformer_layers_per_block: field(nullable(depths), null),
    time_cond_proj_dim: field(nullable(size), null),
    conv_in_kernel: field(size, 3),
    conv_out_kernel: field(size, 3),
  },
  fixed: {
    ...wholeFixed,
    ...attendingFixed,
    attention_type: ["default"],
    class_embeddings_concat: [false],
    cross_attention_norm: [null],
    dual_cross_attention: [false],
    num_attention_heads: [null],
    resnet_out_scale_factor: [1],
    resnet_skip_time_act: [false],
    time_embedding_act_fn: [null],
    timestep_post_act: [null],
  },
  inert: [...attendingInert, "mid_block_only_cross_attention"],
  check: (config) => {
    const { up_block_types, reverse_transformer_layers_per_block: up } = config;
    const layers = eachBlock(config.layers_per_block, config.block_out_channels.length);
    const above = layers.toReversed().map((n) => n + 1); // attentions in each block on the way up
    return (
      unsound(config, { up_block_types, reverse_transformer_layers_per_block: up }) ??
      (up ? depthsDiffer("reverse_transformer_layers_per_block", up, above) : nestedOneWay(config))
    );
  },
});
/** The config of Stable Diffusion's U-Net with its defaults filled in. */
export type UNet2DConditionConfig = ReturnType<typeof parseUNet2DConditionConfig>;

/** Reads the config of a ControlNet, in diffusers' names and with its defaults. */
export const parseControlNetConfig = configParser({
  model: "ControlNetModel",
  fields: {
    ...shared,
    ...attending,
    layers_per_block: field(size, 2),
    num_attention_heads: field(nullable(perBlock), null),
    conditioning_channels: field(size, 3),
    conditioning_embedding_out_channels: field(listOf(size, { min: 1 }), [16, 32, 96, 256]),
    controlnet_conditioning_channel_order: field(oneOf("rgb", "bgr"), "rgb"),
    global_pool_conditions: field(boolean, false),
  },
  fixed: { ...sharedFixed, ...attendingFixed },
  inert: attendingInert,
  check: (config) => unsound(config, { num_attention_heads: config.num_attention_heads }),
});
/** A ControlNet's config with its defaults filled in. */
export type ControlNetConfig = ReturnType<typeof parseControlNetConfig>;

type Attending = FieldValues<typeof attending> & CrossAttentionConfig;

/** Fault of the lists and the embeddings of either network. */
function unsound(config: Attending, lists: Parameters<typeof lengthsDiffer>[1]): string | undefined {
  const { down_block_types, layers_per_block, attention_head_dim, cross_attention_dim } = config;
  const { transformer_layers_per_block, only_cross_attention } = config;
  const perBlock = {
    down_block_types,
    layers_per_block,
    attention_head_dim,
    cross_attention_dim,
    only_cross_attention,
  };
  const layers = eachBlock(layers_per_block, config.block_out_channels.length);
  return (
    lengthsDiffer(config, { ...perBlock, transformer_layers_per_block, ...lists }) ??
    depthsDiffer("transformer_layers_per_block", transformer_layers_per_block, layers) ??
    widthsMissing(config)
  );
}

/** Says which block's list has not one depth for each of its attentions. */
function depthsDiffer(key: string, depths: number | readonly Depth[], attentions: readonly number[]) {
  if (typeof depths === "number") return undefined;
  const i = depths.findIndex((depth, block) => typeof depth !== "number" && depth.length !== attentions[block]);
  return i < 0
    ? undefined
    : `"${key}" must have ${attentions[i]} entries for block ${i}, got ${JSON.stringify(depths[i])}`;
}

function nestedOneWay({ transformer_layers_per_block: down }: Attending): string | undefined {
  const nested = typeof down !== "number" && down.some((depth) => typeof depth !== "number");
  return nested
    ? `"transformer_layers_per_block" has lists in it and "reverse_transformer_layers_per_block" is missing`
    : undefined;
}

function widthsMissing(config: Attending): string | undefined {
  const { addition_embed_type: added, class_embed_type: projected, addition_time_embed_dim } = config;
  const needs = (key: string, cause: string) => `"${key}" must be a number where "${cause}" is set`;
  if (added && addition_time_embed_dim === null) return needs("addition_time_embed_dim", "addition_embed_type");
  if ((added || projected) && config.projection_class_embeddings_input_dim === null) {
    return needs("projection_class_embeddings_input_dim", added ? "addition_embed_type" : "class_embed_type");
  }
  return undefined;
}
