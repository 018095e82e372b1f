import type { JsonObject } from "../util/json.ts";
import { countOf, upTo } from "../util/numbered.ts";
import type { ModelClassName } from "./classes.ts";

/** Facts about a network beside the shapes of its weights. */
export interface InferenceFacts {
  /** Width of the text that joins the time embedding; undefined where no text encoder says it. */
  readonly pooled?: number | undefined;
  /** Scale of its latents. */
  readonly scalingFactor: number;
  /** True if a text encoder is OpenCLIP's. */
  readonly openClip: boolean;
}

/** Width of the pooled caption in the published SDXL. */
const XL_POOLED = 1280;

/** The shapes of a network's weights by their names. */
export type Weights = ReadonlyMap<string, { readonly shape: readonly number[] }>;

const sizeAt = (weights: Weights, key: string, axis: number): number | undefined => weights.get(key)?.shape[axis];
const channelsOf = (weights: Weights, levels: number, key: (level: number) => string): readonly number[] =>
  upTo(levels).map((level) => sizeAt(weights, key(level), 0) ?? 0);

/** Config that a U-Net and a ControlNet share, from their shapes. Heads: 8 a level in SD 1.x, of 64 channels each since. */
function encoderConfig(weights: Weights, pooled: number): JsonObject {
  const keys = [...weights.keys()];
  const levels = countOf(keys, /^down_blocks\.(\d+)\./);
  const channels = channelsOf(weights, levels, (level) => `down_blocks.${level}.resnets.0.conv1.weight`);
  const projection = keys.find((key) => key.endsWith(".proj_in.weight"));
  const linear = projection !== undefined && weights.get(projection)?.shape.length === 2;
  const context = keys.find((key) => key.endsWith(".attn2.to_k.weight"));
  const depth = (part: string) =>
    countOf(keys, new RegExp(`^${part}\\.attentions\\.0\\.transformer_blocks\\.(\\d+)\\.`));
  // where a level has none, the published configs repeat the middle's in the last level, and 1 elsewhere
  const added = sizeAt(weights, "add_embedding.linear_1.weight", 1);
  const depths = upTo(levels).map((l) => depth(`down_blocks.${l}`) || (l === levels - 1 ? depth("mid_block") : 0) || 1);
  return {
    in_channels: sizeAt(weights, "conv_in.weight", 1),
    block_out_channels: channels,
    layers_per_block: countOf(keys, /^down_blocks\.0\.resnets\.(\d+)\./),
    mid_block_type: depth("mid_block") ? "UNetMidBlock2DCrossAttn" : "UNetMidBlock2D",
    down_block_types: upTo(levels).map((l) => (depth(`down_blocks.${l}`) ? "CrossAttnDownBlock2D" : "DownBlock2D")),
    cross_attention_dim: context && sizeAt(weights, context, 1),
    transformer_layers_per_block: depths.every((d) => d === depths[0]) ? depths[0] : depths,
    use_linear_projection: linear,
    attention_head_dim: linear ? channels.map((c) => Math.max(1, Math.floor(c / 64))) : 8,
    ...(added !== undefined && textTime(added, pooled)),
  };
}

/** The config of a U-Net from the shapes of its weights. `pooled` is the width of the text that joins the time embedding. */
export function unetConfig(weights: Weights, { pooled = XL_POOLED }: Pick<InferenceFacts, "pooled"> = {}): JsonObject {
  const shared = encoderConfig(weights, pooled);
  const types = shared["down_block_types"] as readonly string[];
  const guidance = sizeAt(weights, "time_embedding.cond_proj.weight", 1);
  return {
    _class_name: "UNet2DConditionModel",
    ...shared,
    out_channels: sizeAt(weights, "conv_out.weight", 0),
    up_block_types: types.toReversed().map((type) => type.replace("Down", "Up")),
    ...(guidance !== undefined && { time_cond_proj_dim: guidance }),
  };
}

/** SDXL's base is told six numbers (sizes, crop), its refiner five (the last is an aesthetic score). */
function textTime(width: number, pooled: number): JsonObject {
  const numbers = (width - pooled) % 6 === 0 ? 6 : 5;
  return {
    addition_embed_type: "text_time",
    addition_time_embed_dim: (width - pooled) / numbers,
    projection_class_embeddings_input_dim: width,
  };
}

/** The config of a ControlNet from the shapes of its weights. */
export function controlNetConfig(weights: Weights): JsonObject {
  const blocks = countOf(weights.keys(), /^controlnet_cond_embedding\.blocks\.(\d+)\./);
  const widths = upTo(blocks)
    .filter((i) => i % 2 === 0)
    .map((i) => sizeAt(weights, `controlnet_cond_embedding.blocks.${i}.weight`, 0) ?? 0);
  const last = sizeAt(weights, `controlnet_cond_embedding.blocks.${blocks - 1}.weight`, 0) ?? 0;
  return {
    _class_name: "ControlNetModel",
    ...encoderConfig(weights, XL_POOLED),
    conditioning_channels: sizeAt(weights, "controlnet_cond_embedding.conv_in.weight", 1),
    conditioning_embedding_out_channels: [...widths, last],
  };
}

/** The config of an autoencoder from the shapes of its weights; the scale of its latents is its family's. */
export function autoencoderConfig(
  weights: Weights,
  { scalingFactor }: Pick<InferenceFacts, "scalingFactor">,
): JsonObject {
  const keys = [...weights.keys()];
  const levels = countOf(keys, /^encoder\.down_blocks\.(\d+)\./);
  return {
    _class_name: "AutoencoderKL",
    in_channels: sizeAt(weights, "encoder.conv_in.weight", 1),
    out_channels: sizeAt(weights, "decoder.conv_out.weight", 0),
    block_out_channels: channelsOf(weights, levels, (level) => `encoder.down_blocks.${level}.resnets.0.conv1.weight`),
    down_block_types: upTo(levels).map(() => "DownEncoderBlock2D"),
    up_block_types: upTo(levels).map(() => "UpDecoderBlock2D"),
    layers_per_block: countOf(keys, /^encoder\.down_blocks\.0\.resnets\.(\d+)\./),
    latent_channels: sizeAt(weights, "decoder.conv_in.weight", 1),
    scaling_factor: scalingFactor,
  };
}

/** The config of a TAESD: all have the blocks of the published one, and latents of the scale that a U-Net works on. */
export const autoencoderTinyConfig = (weights: Weights): JsonObject => ({
  _class_name: "AutoencoderTiny",
  latent_channels: sizeAt(weights, "decoder.layers.0.weight", 1),
  scaling_factor: 1,
});

/** The config of a text encoder from the shapes of its weights: heads of 64 channels, as in every published one. */
export function textConfig(weights: Weights, { openClip }: Pick<InferenceFacts, "openClip">): JsonObject {
  const layer = "text_model.encoder.layers.0.mlp.fc1.weight";
  const [vocab_size, hidden_size = 0] = weights.get("text_model.embeddings.token_embedding.weight")?.shape ?? [];
  const projection = sizeAt(weights, "text_projection.weight", 0);
  return {
    model_type: "clip_text_model",
    hidden_act: openClip ? "gelu" : "quick_gelu",
    vocab_size,
    hidden_size,
    intermediate_size: sizeAt(weights, layer, 0),
    num_hidden_layers: countOf(weights.keys(), /^text_model\.encoder\.layers\.(\d+)\./),
    num_attention_heads: Math.max(1, Math.floor(hidden_size / 64)),
    max_position_embeddings: sizeAt(weights, "text_model.embeddings.position_embedding.weight", 0),
    ...(projection !== undefined && { projection_dim: projection }),
  };
}

/** The config of an asymmetric autoencoder, whose halves have four levels. */
function asymmetricConfig(weights: Weights, { scalingFactor }: Pick<InferenceFacts, "scalingFactor">): JsonObject {
  const keys = [...weights.keys()];
  const widths = (blocks: string) => channelsOf(weights, 4, (level) => `${blocks}.${level}.resnets.0.conv1.weight`);
  return {
    _class_name: "AsymmetricAutoencoderKL",
    in_channels: sizeAt(weights, "encoder.conv_in.weight", 1),
    out_channels: sizeAt(weights, "decoder.conv_out.weight", 0),
    down_block_types: upTo(4).map(() => "DownEncoderBlock2D"),
    down_block_out_channels: widths("encoder.down_blocks"),
    layers_per_down_block: countOf(keys, /^encoder\.down_blocks\.0\.resnets\.(\d+)\./),
    up_block_types: upTo(4).map(() => "UpDecoderBlock2D"),
    up_block_out_channels: widths("decoder.up_blocks").toReversed(),
    layers_per_up_block: countOf(keys, /^decoder\.up_blocks\.0\.resnets\.(\d+)\./) - 1,
    latent_channels: sizeAt(weights, "decoder.conv_in.weight", 1),
    scaling_factor: scalingFactor,
  };
}

/** The config of an AnimateDiff adapter from the shapes of its weights; the published ones have 8 heads and 32 groups. */
export function motionAdapterConfig(weights: Weights): JsonObject {
  const keys = [...weights.keys()];
  const levels = countOf(keys, /^down_blocks\.(\d+)\./);
  const first = "down_blocks.0.motion_modules.0";
  return {
    _class_name: "MotionAdapter",
    block_out_channels: channelsOf(weights, levels, (level) => `down_blocks.${level}.motion_modules.0.norm.weight`),
    motion_layers_per_block: countOf(keys, /^down_blocks\.0\.motion_modules\.(\d+)\./),
    motion_transformer_layers_per_block: countOf(
      keys,
      /^down_blocks\.0\.motion_modules\.0\.transformer_blocks\.(\d+)\./,
    ),
    motion_num_attention_heads: 8,
    motion_max_seq_length: sizeAt(weights, `${first}.transformer_blocks.0.pos_embed.pe`, 1),
    use_motion_mid_block: keys.some((key) => key.startsWith("mid_block.")),
  };
}

/** The config of a network without one, from the shapes of its weights, by class. */
export const inferredConfigs: Readonly<
  Partial<Record<ModelClassName, (weights: Weights, facts: InferenceFacts) => JsonObject>>
> = {
  AsymmetricAutoencoderKL: asymmetricConfig,
  AutoencoderKL: autoencoderConfig,
  AutoencoderTiny: autoencoderTinyConfig,
  CLIPTextModel: textConfig,
  CLIPTextModelWithProjection: textConfig,
  ControlNetModel: controlNetConfig,
  MotionAdapter: motionAdapterConfig,
  UNet2DConditionModel: unetConfig,
};
