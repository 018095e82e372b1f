import { z } from "zod";
import { configParser } from "../config.ts";

const size = z.int().positive();

/** Reads the config of CLIP's text encoder, in transformers' names and with its defaults. */
export const parseClipTextConfig = configParser({
  model: "CLIPTextModel",
  fields: {
    vocab_size: size.default(49408),
    hidden_size: size.default(512),
    intermediate_size: size.default(2048),
    num_hidden_layers: size.default(12),
    num_attention_heads: size.default(8),
    max_position_embeddings: size.default(77),
    hidden_act: z.enum(["quick_gelu", "gelu"]).default("quick_gelu"),
    layer_norm_eps: z.number().positive().default(1e-5),
    eos_token_id: z.int().default(49407),
  },
  fixed: {
    model_type: ["clip_text_model"],
    attention_dropout: [0],
    dropout: [0],
    is_decoder: [false],
    add_cross_attention: [false],
    pruned_heads: [{}],
    chunk_size_feed_forward: [0],
  },
  inert: [
    "architectures",
    "bos_token_id",
    "dtype",
    "initializer_factor",
    "initializer_range",
    "output_attentions",
    "output_hidden_states",
    "pad_token_id",
    "projection_dim",
    "return_dict",
    "torch_dtype",
    "transformers_version",
    "use_cache",
  ],
  check: ({ hidden_size, num_attention_heads }) =>
    hidden_size % num_attention_heads ? `"hidden_size" must be a multiple of "num_attention_heads"` : undefined,
});
/** A text encoder's config with its defaults filled in. */
export type ClipTextConfig = ReturnType<typeof parseClipTextConfig>;
