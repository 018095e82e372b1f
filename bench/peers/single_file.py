"""A whole run of an original single file with CLIP's own vocabulary, as diffusers makes it: the reference of the studio's tests.

python bench/peers/single_file.py VOCABULARY apps/studio/test/fixtures/single-file.png
The file has the tensors of "tiny-sd1" in names.json.gz, filled with numbers of a hash that the test computes as well
(apps/studio/test/dropped.ts). VOCABULARY holds CLIP's vocab.json and merges.txt.
"""
import gzip
import json
import os
import sys

import diffusers
import numpy
import torch
import transformers
from PIL import Image

VOCABULARY, OUT = sys.argv[1:]
NAMES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../packages/aquatint/test/fixtures/checkpoints/names.json.gz")
SETTINGS = {"prompt": "a red fox, (snow)", "negative_prompt": "blue", "num_inference_steps": 3, "guidance_scale": 5.0}
with gzip.open(NAMES) as f:
    table = json.load(f)["tiny-sd1"]


def uniform(seed, count):
    """Numbers in -1 .. 1: MurmurHash3's finalizer of the position and the seed."""
    h = (numpy.arange(count, dtype=numpy.uint32) + numpy.uint32((seed * 0x9E3779B9) & 0xFFFFFFFF)).astype(numpy.uint32)
    h ^= h >> 16
    h *= numpy.uint32(0x85EBCA6B)
    h ^= h >> 13
    h *= numpy.uint32(0xC2B2AE35)
    h ^= h >> 16
    return h.astype(numpy.float64) / 2**31 - 1


def values(seed, key, shape):
    u = uniform(seed, int(numpy.prod(shape)))
    if len(shape) > 1:
        u = u * 1.7 / numpy.sqrt(numpy.prod(shape[1:]))
    else:
        u = u * 0.1 + (1 if key.endswith("weight") else 0)
    return torch.from_numpy(u.astype(numpy.float32)).reshape(shape)


floats = sorted(key for key, (dtype, _) in table["tensors"].items() if dtype.startswith("F"))
tensors = {key: values(seed, key, table["tensors"][key][1]) for seed, key in enumerate(floats)}


def weights(part):
    found = {}
    for path, (key, *how, shape) in table["weights"].items():
        if not path.startswith(f"{part}.") or key not in tensors:
            continue
        value, third = tensors[key], how[0] if how else None
        if third == "transposed":
            value = value.t()
        elif "in_proj" in key:
            value = value.chunk(3)[third]
        found[path[len(part) + 1:]] = value.reshape(shape)
    return found


def filled(model, part):
    missing, unexpected = model.load_state_dict(weights(part), strict=False)
    assert not unexpected and all("position_ids" in key for key in missing), (missing, unexpected)
    return model.eval()


text = tensors["cond_stage_model.transformer.text_model.encoder.layers.0.mlp.fc1.weight"]
width = text.shape[1]
layers = sum(key.endswith("layer_norm1.weight") for key in tensors if key.startswith("cond_stage_model"))
channels = {"block_out_channels": (32, 32, 64, 64), "layers_per_block": 2, "norm_num_groups": 32}
cross, down = ("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",), ("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3
pipe = diffusers.StableDiffusionPipeline(
    unet=filled(diffusers.UNet2DConditionModel(
        sample_size=64, cross_attention_dim=width, attention_head_dim=8, down_block_types=cross, up_block_types=down, **channels), "unet"),
    vae=filled(diffusers.AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, latent_channels=4, **channels), "vae"),
    text_encoder=filled(transformers.CLIPTextModel(transformers.CLIPTextConfig(
        vocab_size=49408, hidden_size=width, intermediate_size=text.shape[0], num_hidden_layers=layers, num_attention_heads=1,
        hidden_act="quick_gelu", eos_token_id=2)), "text_encoder"),
    tokenizer=transformers.CLIPTokenizer(f"{VOCABULARY}/vocab.json", f"{VOCABULARY}/merges.txt", model_max_length=77),
    scheduler=diffusers.DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False, steps_offset=1),
    safety_checker=None, feature_extractor=None, requires_safety_checker=False)
pipe.set_progress_bar_config(disable=True)
image = pipe(**SETTINGS, width=64, height=64, generator=torch.Generator("cpu").manual_seed(5), output_type="np").images[0]
Image.fromarray(numpy.uint8(numpy.round(image * 255))).save(OUT)
print(image.std(), image.min(), image.max())
