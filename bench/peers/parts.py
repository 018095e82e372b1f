"""Reference inputs and outputs of a checkpoint's parts, each alone, as diffusers and transformers compute them.

python bench/peers/parts.py reference FOLDER...   writes FOLDER/reference.safetensors for checkpoints that are there
python bench/peers/parts.py fixture FOLDER        makes a folder of very small parts with random weights, and the same
A part is a folder with a config.json; a folder that holds one itself is its only part, under the name "".
Inputs and outputs are named as bench/parity/traces.ts reads them.
"""
import json
import os
import sys

import diffusers
import torch
import transformers
from safetensors.torch import save_file

torch.manual_seed(0)


def waves(scale, width):
    """LatentConsistencyModelPipeline.get_guidance_scale_embedding."""
    return diffusers.LatentConsistencyModelPipeline.get_guidance_scale_embedding(None, torch.tensor([scale] * 2) - 1, width)


def conditions(config):
    """What a U-Net or a ControlNet is told besides the time and the prompt: as inputs, and as keyword arguments."""
    inputs, kwargs = {}, {}
    if getattr(config, "time_cond_proj_dim", None):
        inputs["guidance_scale"] = torch.tensor([7.5, 7.5])
        kwargs["timestep_cond"] = waves(7.5, config.time_cond_proj_dim)
    if config.class_embed_type == "projection":
        inputs["class_labels"] = torch.randn(2, config.projection_class_embeddings_input_dim)
        kwargs["class_labels"] = inputs["class_labels"]
    elif config.num_class_embeds:
        inputs["class_labels"] = torch.randint(0, config.num_class_embeds, (2,))
        kwargs["class_labels"] = inputs["class_labels"]
    if config.addition_embed_type:
        ids = torch.tensor([[1024.0, 1024, 0, 0, 1024, 1024], [512, 768, 8, 16, 1024, 640]])
        inputs["time_ids"] = ids
        width = config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim
        inputs["text_embeds"] = torch.randn(2, width)
        kwargs["added_cond_kwargs"] = {name: inputs[name] for name in ("time_ids", "text_embeds")}
    return inputs, kwargs


def unet(model, size=8):
    config = model.config
    inputs, kwargs = conditions(config)
    width = config.cross_attention_dim
    inputs |= {"sample": torch.randn(2, config.in_channels, size, size), "context": torch.randn(2, 16, width)}
    run = lambda t, **more: model(inputs["sample"], t, inputs["context"], **kwargs, **more).sample
    outputs = {f"out_t{t}": run(t) for t in (1, 981)}
    shapes = []
    hooks = [block.register_forward_hook(lambda _, __, out: shapes.extend(x.shape for x in out[1])) for block in model.down_blocks]
    hooks += [model.mid_block.register_forward_hook(lambda _, __, out: shapes.append(out.shape))] if model.mid_block else []
    run(1)
    for hook in hooks:
        hook.remove()
    if model.mid_block:
        first = [2, config.block_out_channels[0], size, size]
        residuals = [0.3 * torch.randn(*shape) for shape in [first, *shapes]]
        down, mid = residuals[:-1], residuals[-1]
        inputs |= {f"residual_{i}": x for i, x in enumerate(down)} | {"residual_mid": mid}
        steered = run(1, down_block_additional_residuals=tuple(down), mid_block_additional_residual=mid)
        outputs["steered_t1"] = steered
    return inputs, outputs


def controlnet(model, size=8):
    config = model.config
    inputs, kwargs = conditions(config)
    pixels = size * 2 ** (len(config.conditioning_embedding_out_channels) - 1)
    inputs |= {
        "sample": torch.randn(2, config.in_channels, size, size),
        "context": torch.randn(2, 16, config.cross_attention_dim),
        "image": torch.rand(2, config.conditioning_channels, pixels, pixels),
        "scale": torch.tensor([0.7]),
    }
    outputs = {}
    for label, guess in (("plain", False), ("guess", True)):
        tensors = [inputs[name] for name in ("sample", "context", "image")]
        down, mid = model(tensors[0], 981, tensors[1], tensors[2], 0.7, guess_mode=guess, return_dict=False, **kwargs)
        outputs |= {f"{label}_t981_{i}": x for i, x in enumerate(down)} | {f"{label}_t981_mid": mid}
    return inputs, outputs


def autoencoder(model):
    f = 2 ** (len(model.config.block_out_channels) - 1)
    inputs = {"image": torch.rand(1, 3, 8 * f, 8 * f) * 2 - 1, "z": torch.randn(1, model.config.latent_channels, 8, 8)}
    posterior = model.encode(inputs["image"]).latent_dist
    decoded = model.decode(inputs["z"]).sample
    return inputs, {"mean": posterior.mean, "logvar": posterior.logvar, "decoded": decoded}


def tiny_autoencoder(model):
    config = model.config
    f = 2 ** (len(config.encoder_block_out_channels) - 1)
    inputs = {"image": torch.rand(1, 3, 8 * f, 8 * f) * 2 - 1, "z": torch.randn(1, config.latent_channels, 8, 8)}
    latents = model.encode(inputs["image"]).latents
    unit = model.scale_latents(latents)
    return inputs, {"latents": latents, "unit": unit, "decoded": model.decode(inputs["z"]).sample}


def text_encoder(model):
    config = model.config
    ids = torch.randint(0, config.vocab_size - 2, (2, config.max_position_embeddings))
    ids[0, 5], ids[1, 3] = config.vocab_size - 1, config.vocab_size - 1
    out = model(ids, output_hidden_states=True)
    pooled = out.text_embeds if hasattr(out, "text_embeds") else out.pooler_output
    skipped = model.text_model.final_layer_norm(out.hidden_states[-2])
    outputs = {"last_hidden_state": out.last_hidden_state, "penultimate": out.hidden_states[-2]}
    return {"ids": ids}, {**outputs, "pooled": pooled, "clip_skip_1": skipped}


REFERENCES = {
    "UNet2DConditionModel": unet,
    "ControlNetModel": controlnet,
    "AutoencoderKL": autoencoder,
    "AutoencoderTiny": tiny_autoencoder,
    "CLIPTextModel": text_encoder,
    "CLIPTextModelWithProjection": text_encoder,
}


def class_of(folder):
    with open(os.path.join(folder, "config.json")) as file:
        config = json.load(file)
    return config.get("_class_name") or config["architectures"][0]


def reference(folder):
    inside = [name for name in sorted(os.listdir(folder)) if os.path.exists(os.path.join(folder, name, "config.json"))]
    parts = inside or [""]
    tensors = {}
    for name in parts:
        path = os.path.join(folder, name)
        class_name = class_of(path)
        if class_name not in REFERENCES:
            continue
        library = diffusers if hasattr(diffusers, class_name) else transformers
        model = getattr(library, class_name).from_pretrained(path, torch_dtype=torch.float32).eval()
        with torch.no_grad():
            inputs, outputs = REFERENCES[class_name](model)
        tensors |= {f"{name}/{key}": x.contiguous().clone() for key, x in {**inputs, **outputs}.items()}
    save_file(tensors, os.path.join(folder, "reference.safetensors"))


XD, D, XU, U = "CrossAttnDownBlock2D", "DownBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"
SMALL = {
    "block_out_channels": [8, 16],
    "down_block_types": [XD, D],
    "norm_num_groups": 4,
    "layers_per_block": 1,
    "cross_attention_dim": 8,
    "attention_head_dim": 2,
    "sample_size": 8,
}
NET = {**SMALL, "up_block_types": [U, XU]}
XL = {
    "down_block_types": [D, XD],
    "attention_head_dim": [2, 4],
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 4,
    "projection_class_embeddings_input_dim": 36,
}
STEERING = {key: value for key, value in SMALL.items() if key != "sample_size"}
STEERING |= {"conditioning_embedding_out_channels": [4, 4, 8, 8]}
CLIP = {
    "vocab_size": 64,
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_attention_heads": 4,
    "num_hidden_layers": 3,
    "projection_dim": 12,
    "max_position_embeddings": 12,
    "hidden_act": "gelu",
}
TINY = {"encoder_block_out_channels": [8] * 4, "decoder_block_out_channels": [8] * 4}
FIXTURE = {
    "unet-inpaint": ("UNet2DConditionModel", {**NET, "in_channels": 9}),
    "unet-lcm": ("UNet2DConditionModel", {**NET, "time_cond_proj_dim": 16}),
    "unet-xl": ("UNet2DConditionModel", {**NET, **XL, "up_block_types": [XU, U], "transformer_layers_per_block": [1, 2]}),
    "unet-uneven": (
        "UNet2DConditionModel",
        {
            **NET,
            "layers_per_block": 2,
            "mid_block_type": "UNetMidBlock2D",
            "down_block_types": [XD, XD],
            "up_block_types": [XU, XU],
            "transformer_layers_per_block": [1, [2, 1]],
            "reverse_transformer_layers_per_block": [[1, 2, 1], 1],
        },
    ),
    "unet-upscaler": (
        "UNet2DConditionModel",
        {**NET, "in_channels": 7, "num_class_embeds": 10, "only_cross_attention": [True, False], "use_linear_projection": True},
    ),
    "unet-unclip": (
        "UNet2DConditionModel",
        {**NET, "class_embed_type": "projection", "projection_class_embeddings_input_dim": 12, "only_cross_attention": True},
    ),
    "controlnet": ("ControlNetModel", {**STEERING, "controlnet_conditioning_channel_order": "bgr"}),
    "controlnet-xl": ("ControlNetModel", {**STEERING, **XL, "mid_block_type": "UNetMidBlock2D"}),
    "controlnet-pooled": ("ControlNetModel", {**STEERING, "global_pool_conditions": True}),
    "vae-tiny": ("AutoencoderTiny", {**TINY, "num_encoder_blocks": [1, 1, 1, 1], "num_decoder_blocks": [1, 1, 1, 1]}),
    "text_encoder-highest": ("CLIPTextModel", {**CLIP, "eos_token_id": 2}),
    "text_encoder-first": ("CLIPTextModelWithProjection", {**CLIP, "eos_token_id": 63}),
}


def fixture(folder):
    for name, (class_name, config) in FIXTURE.items():
        if hasattr(diffusers, class_name):
            model = getattr(diffusers, class_name).from_config(config)
        else:
            model = getattr(transformers, class_name)(transformers.CLIPTextConfig(**config))
        for parameter in model.parameters():
            if not parameter.detach().any():
                torch.nn.init.normal_(parameter, std=0.2)  # a ControlNet starts with zeros, which would hide mistakes
        model.half().save_pretrained(os.path.join(folder, name))
    reference(folder)


if sys.argv[1] == "fixture":
    fixture(sys.argv[2])
else:
    for folder in sys.argv[2:]:
        reference(folder)
