import { nameOf, type Patterns, packed } from "./other-forms.ts";

/** Models that are not Stable Diffusion with a U-Net, by the names of their tensors; the first that fits counts. */
const otherModels: Patterns = [
  ...packed,
  [/(^|[._])double_stream_modulation_img/, "a Flux.2 transformer"],
  [/(^|[._])distilled_guidance_layer[._]/, "a Chroma transformer"],
  [/individual_token_refiner[._]/, "a HunyuanVideo transformer"],
  [/(^|[._])double_blocks[._]\d+[._]img_attn/, "a Flux or HunyuanVideo transformer"],
  [/(^|[._])single_transformer_blocks[._]\d+[._]/, "a Flux transformer"],
  [/(^|[._])joint_(transformer_)?blocks[._]\d+[._]/, "a Stable Diffusion 3 transformer"],
  [/(^|[._])transformer_blocks[._]\d+[._]attn[._]add_[qkv]_proj/, "a Stable Diffusion 3 or Qwen-Image transformer"],
  [/(^|[._])transformer_blocks[._]\d+[._](img|txt)_mod/, "a Qwen-Image transformer"],
  [/(^|[._])(clip_txt_mapper|clip_txt_pooled_mapper|effnet_mapper|lora_prior_(unet|te))/, "a Stable Cascade model"],
  [/(^|[._])double_layers[._]\d+[._]attn/, "an AuraFlow transformer"],
  [/(^|[._])mlp_t5[._]/, "a Hunyuan-DiT transformer"],
  [/(^|[._])(t_block[._]1|adaln_single[._])/, "a PixArt, LTX-Video or Sana transformer"],
  [/(^|[._])(head[._]modulation|blocks[._]\d+[._]cross_attn)/, "a Wan video transformer"],
  [/(^|[._])t5_yproj/, "a Mochi video transformer"],
  [/(^|[._])cap_embedder[._]/, "a Lumina or Z-Image transformer"],
  [/(^|[._])layers[._]\d+[._]adaLN_modulation/, "a Lumina or Z-Image transformer"],
  [/[._](time_stack|time_mixer)[._]/, "a Stable Video Diffusion model"],
  [/(^|\.)controlnet_cond_embedding\./, "a SparseCtrl (a ControlNet with motion modules, for AnimateDiff)"],
  [/(^|[._])temporal_attentions[._]/, "a motion module of Hotshot-XL"],
  [/(^|[._])motion_modules[._]/, "a motion module (AnimateDiff)"],
  [/^(image_proj|ip_adapter)\./, "an IP-Adapter"],
  [/^lora_controlnet$/, "a Control-LoRA"],
  [/^(adapter\.)?body\.\d+\.(resnets|in_conv|block1)/, "a T2I-Adapter"],
  [/^(model\.)?\d+\.sub\.\d+\.|^body\.\d+\.rdb\d/i, "an upscaler (ESRGAN)"],
  [/^(taesd_)?(en|de)coder\.\d+\.(conv\.\d+\.)?weight$|^\d+\.conv\.\d+\.weight$/, "a TAESD in its original names"],
  [/(^|\.)vision_model\./, "an image encoder (CLIP)"],
  [/(^|\.)(encoder\.)?block\.\d+\.layer\.\d+\.SelfAttention\./, "a T5 text encoder"],
  [/(^|\.)layers\.\d+\.(self_attn\.\w+_proj|mlp\.gate_proj)\.weight$/, "a language model"],
  [/(^|\.)(quantize\.embedding|codebook)\b/, "an autoencoder with a codebook (VQ)"],
];

/** Name of a known model that is not read, by the names of its tensors: "a Flux transformer". */
export const otherModel = (keys: Iterable<string>): string | undefined => nameOf(otherModels, keys);
