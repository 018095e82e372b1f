"""The names and shapes of published checkpoints' tensors, from their configs alone, at full size.

python bench/peers/published_keys.py packages/aquatint/test/fixtures/published-keys.json.gz
Models are made on the meta device: no weights are read or stored. Each entry: the class, the config as its config.json
has it, the number of parameters, and the shape of every tensor by its name.
"""
import gzip
import json
import sys

import diffusers
import torch
import transformers

XD, D, XU, U = "CrossAttnDownBlock2D", "DownBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"
SD15 = {
    "act_fn": "silu",
    "attention_head_dim": 8,
    "block_out_channels": [320, 640, 1280, 1280],
    "center_input_sample": False,
    "cross_attention_dim": 768,
    "down_block_types": [XD, XD, XD, D],
    "downsample_padding": 1,
    "flip_sin_to_cos": True,
    "freq_shift": 0,
    "in_channels": 4,
    "layers_per_block": 2,
    "mid_block_scale_factor": 1,
    "norm_eps": 1e-05,
    "norm_num_groups": 32,
    "out_channels": 4,
    "sample_size": 64,
    "up_block_types": [U, XU, XU, XU],
}
SD21 = {
    **SD15,
    "attention_head_dim": [5, 10, 20, 20],
    "cross_attention_dim": 1024,
    "dual_cross_attention": False,
    "only_cross_attention": False,
    "sample_size": 96,
    "upcast_attention": True,
    "use_linear_projection": True,
}
UPSCALER = {
    **SD15,
    "block_out_channels": [256, 512, 512, 1024],
    "cross_attention_dim": 1024,
    "down_block_types": [D, XD, XD, XD],
    "in_channels": 7,
    "num_class_embeds": 1000,
    "only_cross_attention": [True, True, True, False],
    "sample_size": 128,
    "up_block_types": [XU, XU, XU, U],
    "use_linear_projection": True,
}
SDXL = {
    **SD15,
    "addition_embed_type": "text_time",
    "addition_embed_type_num_heads": 64,
    "addition_time_embed_dim": 256,
    "attention_head_dim": [5, 10, 20],
    "block_out_channels": [320, 640, 1280],
    "class_embed_type": None,
    "conv_in_kernel": 3,
    "cross_attention_dim": 2048,
    "down_block_types": [D, XD, XD],
    "projection_class_embeddings_input_dim": 2816,
    "sample_size": 128,
    "transformer_layers_per_block": [1, 2, 10],
    "up_block_types": [XU, XU, U],
    "use_linear_projection": True,
}
REFINER = {
    **SDXL,
    "attention_head_dim": [6, 12, 24, 24],
    "block_out_channels": [384, 768, 1536, 1536],
    "cross_attention_dim": 1280,
    "down_block_types": [D, XD, XD, D],
    "projection_class_embeddings_input_dim": 2560,
    "transformer_layers_per_block": 4,
    "up_block_types": [U, XU, XU, U],
}
SSD_1B = {
    **SDXL,
    "mid_block_type": "UNetMidBlock2D",
    "reverse_transformer_layers_per_block": [[4, 4, 10], [2, 1, 1], 1],
    "transformer_layers_per_block": [0, [2, 2], [4, 4]],
}


def controlnet(unet, **changes):
    """A ControlNet's config from that of its U-Net."""
    without = {"center_input_sample", "conv_in_kernel", "dual_cross_attention", "out_channels", "sample_size", "up_block_types"}
    kept = {key: value for key, value in unet.items() if key not in without}
    added = {"conditioning_embedding_out_channels": [16, 32, 96, 256], "controlnet_conditioning_channel_order": "rgb"}
    return {**kept, **added, **changes}


VAE = {
    "act_fn": "silu",
    "block_out_channels": [128, 256, 512, 512],
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "in_channels": 3,
    "latent_channels": 4,
    "layers_per_block": 2,
    "norm_num_groups": 32,
    "out_channels": 3,
    "sample_size": 512,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
}
TAESD = {
    "act_fn": "relu",
    "decoder_block_out_channels": [64, 64, 64, 64],
    "encoder_block_out_channels": [64, 64, 64, 64],
    "force_upcast": False,
    "in_channels": 3,
    "latent_channels": 4,
    "latent_magnitude": 3,
    "latent_shift": 0.5,
    "num_decoder_blocks": [3, 3, 3, 1],
    "num_encoder_blocks": [1, 3, 3, 3],
    "out_channels": 3,
    "scaling_factor": 1.0,
    "upsampling_scaling_factor": 2,
}
CLIP_L = {
    "attention_dropout": 0.0,
    "bos_token_id": 0,
    "dropout": 0.0,
    "eos_token_id": 2,
    "hidden_act": "quick_gelu",
    "hidden_size": 768,
    "initializer_factor": 1.0,
    "initializer_range": 0.02,
    "intermediate_size": 3072,
    "layer_norm_eps": 1e-05,
    "max_position_embeddings": 77,
    "model_type": "clip_text_model",
    "num_attention_heads": 12,
    "num_hidden_layers": 12,
    "pad_token_id": 1,
    "projection_dim": 768,
    "vocab_size": 49408,
}
OPEN_CLIP_H = {
    **CLIP_L,
    "hidden_act": "gelu",
    "hidden_size": 1024,
    "intermediate_size": 4096,
    "num_attention_heads": 16,
    "num_hidden_layers": 23,
    "projection_dim": 512,
}
OPEN_CLIP_BIG_G = {
    **OPEN_CLIP_H,
    "hidden_size": 1280,
    "intermediate_size": 5120,
    "num_attention_heads": 20,
    "num_hidden_layers": 32,
    "projection_dim": 1280,
}
MOTION = {
    "block_out_channels": [320, 640, 1280, 1280],
    "motion_layers_per_block": 2,
    "motion_max_seq_length": 32,
    "motion_mid_block_layers_per_block": 1,
    "motion_norm_num_groups": 32,
    "motion_num_attention_heads": 8,
    "use_motion_mid_block": True,
}
UNET, CONTROLNET, KL = "UNet2DConditionModel", "ControlNetModel", "AutoencoderKL"
ADAPTER, SPARSE = "MotionAdapter", "SparseControlNetModel"
RGB = {"conditioning_channels": 4, "concat_conditioning_mask": True, "use_simplified_condition_embedding": True}
SCRIBBLE = {"conditioning_channels": 3, "concat_conditioning_mask": True, "use_simplified_condition_embedding": False}
TEXT, PROJECTED = "CLIPTextModel", "CLIPTextModelWithProjection"
LECTURE_UNET = {
    "sample_size": 32,
    "in_channels": 3,
    "out_channels": 3,
    "block_out_channels": [16, 32, 48],
    "down_block_types": [D, D, XD],
    "mid_block_type": "UNetMidBlock2DCrossAttn",
    "up_block_types": [XU, U, U],
    "layers_per_block": 1,
    "attention_head_dim": 4,
    "cross_attention_dim": 48,
    "norm_num_groups": 8,
    "use_linear_projection": True,
}
LECTURE_TEXT = {
    "vocab_size": 547,
    "max_position_embeddings": 12,
    "eos_token_id": 546,
    "hidden_size": 48,
    "intermediate_size": 96,
    "num_hidden_layers": 1,
    "num_attention_heads": 4,
}

MODELS = {
    "sd15/unet": (UNET, SD15),
    "sd15-inpainting/unet": (UNET, {**SD15, "in_channels": 9}),
    "lcm/unet": (UNET, {**SD15, "time_cond_proj_dim": 256}),
    "sd21/unet": (UNET, SD21),
    "sd2-inpainting/unet": (UNET, {**SD21, "in_channels": 9, "sample_size": 64, "upcast_attention": False}),
    "sd21-unclip/unet": (UNET, {**SD21, "class_embed_type": "projection", "projection_class_embeddings_input_dim": 2048}),
    "x4-upscaler/unet": (UNET, UPSCALER),
    "sdxl/unet": (UNET, SDXL),
    "sdxl-inpainting/unet": (UNET, {**SDXL, "in_channels": 9}),
    "sdxl-refiner/unet": (UNET, REFINER),
    "ssd-1b/unet": (UNET, SSD_1B),
    "sd15/controlnet": (CONTROLNET, controlnet(SD15)),
    "sd21/controlnet": (CONTROLNET, controlnet(SD21)),
    "sdxl/controlnet": (CONTROLNET, controlnet(SDXL)),
    "sdxl-small/controlnet": (CONTROLNET, controlnet(SDXL, down_block_types=[D, D, D], mid_block_type="UNetMidBlock2D")),
    "sd15-v1/motion_adapter": (ADAPTER, {**MOTION, "motion_max_seq_length": 24, "use_motion_mid_block": False}),
    "sd15-v2/motion_adapter": (ADAPTER, MOTION),
    "sd15-v3/motion_adapter": (ADAPTER, {**MOTION, "use_motion_mid_block": False}),
    "animatelcm/motion_adapter": (ADAPTER, {**MOTION, "use_motion_mid_block": False}),
    "lightning/motion_adapter": (ADAPTER, MOTION),
    "sparsectrl-rgb": (SPARSE, RGB),
    "sparsectrl-scribble": (SPARSE, SCRIBBLE),
    "sdxl/motion_adapter": (ADAPTER, {**MOTION, "block_out_channels": [320, 640, 1280], "use_motion_mid_block": False}),
    "sd15/vae": (KL, VAE),
    "sdxl/vae": (KL, {**VAE, "force_upcast": True, "sample_size": 1024, "scaling_factor": 0.13025}),
    "taesd": ("AutoencoderTiny", TAESD),
    "sd15/text_encoder": (TEXT, CLIP_L),
    "sd21/text_encoder": (TEXT, OPEN_CLIP_H),
    "sdxl/text_encoder_2": (PROJECTED, OPEN_CLIP_BIG_G),
    # not published: the parts of a folder that page 7 of the lecture exports
    "lecture/unet": (UNET, LECTURE_UNET),
    "lecture/text_encoder": (TEXT, LECTURE_TEXT),
}


def entry(name, config):
    with torch.device("meta"):
        if name in (TEXT, PROJECTED):
            model = getattr(transformers, name)(transformers.CLIPTextConfig(**config))
        else:
            model = getattr(diffusers, name).from_config(config)
    shapes = {key: list(tensor.shape) for key, tensor in model.state_dict().items()}
    parameters = sum(tensor.numel() for tensor in model.state_dict().values())
    return {"class": name, "config": config, "parameters": parameters, "shapes": shapes}


entries = {label: entry(*model) for label, model in MODELS.items()}
for label, found in entries.items():
    print(f"{label:24} {len(found['shapes']):5} tensors {found['parameters']:13,} parameters", file=sys.stderr)
with open(sys.argv[1], "wb") as file:
    file.write(gzip.compress(json.dumps(entries, separators=(",", ":")).encode(), 9, mtime=0))
