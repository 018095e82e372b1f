import { field, integer, nullable, number, object, oneOf } from "../../util/fields.ts";
import { configParser } from "../config.ts";

const size = integer({ from: 1 });

const tower = {
  hidden_act: field(oneOf("quick_gelu", "gelu"), "quick_gelu"),
  layer_norm_eps: field(number({ above: 0 }), 1e-5),
  projection_dim: field(size, 512),
};
const fixed = {
  attention_dropout: [0],
  dropout: [0],
  is_decoder: [false],
  add_cross_attention: [false],
  pruned_heads: [{}],
  chunk_size_feed_forward: [0],
};
const inert = [
  "architectures",
  "bos_token_id",
  "dtype",
  "initializer_factor",
  "initializer_range",
  "output_attentions",
  "output_hidden_states",
  "pad_token_id",
  "return_dict",
  "torch_dtype",
  "transformers_version",
  "use_cache",
];
const headsShare = ({ hidden_size, num_attention_heads }: { hidden_size: number; num_attention_heads: number }) =>
  hidden_size % num_attention_heads ? `"hidden_size" must be a multiple of "num_attention_heads"` : undefined;

/** Reads the config of CLIP's text encoder, in transformers' names and with its defaults. */
export const parseClipTextConfig = configParser({
  model: "CLIPTextModel",
  fields: {
    ...tower,
    vocab_size: field(size, 49408),
    hidden_size: field(size, 512),
    intermediate_size: field(size, 2048),
    num_hidden_layers: field(size, 12),
    num_attention_heads: field(size, 8),
    max_position_embeddings: field(size, 77),
    eos_token_id: field(integer(), 49407),
  },
  fixed: { ...fixed, model_type: ["clip_text_model"] },
  inert,
  check: headsShare,
});
/** A text encoder's config with its defaults filled in. */
export type ClipTextConfig = ReturnType<typeof parseClipTextConfig>;

/** Reads the config of CLIP's image encoder, in transformers' names and with its defaults. */
export const parseClipVisionConfig = configParser({
  model: "CLIPVisionModelWithProjection",
  fields: {
    ...tower,
    hidden_size: field(size, 768),
    intermediate_size: field(size, 3072),
    num_hidden_layers: field(size, 12),
    num_attention_heads: field(size, 12),
    num_channels: field(size, 3),
    image_size: field(size, 224),
    patch_size: field(size, 32),
  },
  fixed: { ...fixed, model_type: ["clip_vision_model"] },
  inert,
  check: (config) =>
    config.image_size % config.patch_size ? `"image_size" must be a multiple of "patch_size"` : headsShare(config),
});
/** An image encoder's config with its defaults filled in. */
export type ClipVisionConfig = ReturnType<typeof parseClipVisionConfig>;

const outer = configParser({
  model: "CLIPModel",
  fields: {
    text_config: field(object, {}),
    vision_config: field(object, {}),
    /** Older files repeat a tower's config here; transformers lets it win. */
    text_config_dict: field(nullable(object), null),
    vision_config_dict: field(nullable(object), null),
    projection_dim: field(size, 512),
    logit_scale_init_value: field(number(), 2.6592),
  },
  fixed: { model_type: ["clip"] },
  inert,
});

/** Reads the config of both towers together, in transformers' names and with its defaults. @throws AquatintError as each tower's parser does. */
export function parseClipConfig(json: unknown) {
  const { text_config, vision_config, text_config_dict, vision_config_dict, ...config } = outer(json);
  const { projection_dim } = config;
  return {
    ...config,
    text_config: { ...parseClipTextConfig({ ...text_config, ...text_config_dict }), projection_dim },
    vision_config: { ...parseClipVisionConfig({ ...vision_config, ...vision_config_dict }), projection_dim },
  };
}
/** The config of both towers with its defaults filled in. */
export type ClipConfig = ReturnType<typeof parseClipConfig>;
