"""Reference runs of diffusers' pipelines on very small checkpoints with random weights.

python bench/peers/pipelines.py FOLDER   makes the checkpoints, pipelines.json and pipelines.safetensors
What is written is named as bench/parity/pipelines.ts reads it.
"""
import json
import os
import sys

import diffusers
import torch
import transformers
from safetensors.torch import save_file
from transformers.models.clip.tokenization_clip import bytes_to_unicode

PROMPT = {"prompt": "a fox", "negative_prompt": "fog", "guidance_scale": 5.0}
CHANNELS, CONTEXT = [8, 16], 8
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
SCHEDULERS = {
    "ddim": (diffusers.DDIMScheduler, {"clip_sample": False, "set_alpha_to_one": False, "steps_offset": 1}),
    "ddpm": (diffusers.DDPMScheduler, {"clip_sample": False}),
    "euler": (diffusers.EulerDiscreteScheduler, {"timestep_spacing": "leading", "steps_offset": 1}),
    "euler-a": (diffusers.EulerAncestralDiscreteScheduler, {}),
    "heun": (diffusers.HeunDiscreteScheduler, {}),
    "dpmpp": (diffusers.DPMSolverMultistepScheduler, {"use_karras_sigmas": True}),
    "unipc": (diffusers.UniPCMultistepScheduler, {}),
}
CASES = [
    ("batch", "text", "euler-a", {"width": 72, "height": 40, "num_inference_steps": 3, "num_images_per_prompt": 2}),
    ("img2img-ddim", "img2img", "ddim", {"strength": 0.6, "num_inference_steps": 5}),
    ("img2img-whole", "img2img", "euler", {"strength": 1.0, "num_inference_steps": 3}),
    ("img2img-heun", "img2img", "heun", {"strength": 0.5, "num_inference_steps": 6}),
    ("img2img-dpmpp", "img2img", "dpmpp", {"strength": 0.75, "num_inference_steps": 6}),
    ("img2img-unipc", "img2img", "unipc", {"strength": 0.7, "num_inference_steps": 6}),
    ("inpaint-ddpm", "inpaint", "ddpm", {"strength": 1.0, "num_inference_steps": 3}),
    ("inpaint-euler", "inpaint", "euler", {"strength": 0.8, "num_inference_steps": 5}),
    ("inpaint-heun", "inpaint", "heun", {"strength": 1.0, "num_inference_steps": 3}),
    ("inpaint9", "inpaint9", "ddpm", {"strength": 1.0, "num_inference_steps": 3}),
    ("inpaint9-part", "inpaint9", "euler-a", {"strength": 0.7, "num_inference_steps": 4}),
    ("controlnet", "controlnet", "ddim", {"num_inference_steps": 2, "controlnet_conditioning_scale": 0.8}),
    (
        "controlnet-two",
        "controlnet",
        "euler",
        {
            "num_inference_steps": 4,
            "controlnet_conditioning_scale": [0.8, 1.5],
            "control_guidance_start": [0.0, 0.25],
            "control_guidance_end": [0.5, 1.0],
        },
    ),
]


def randomized(model):
    """Zero convolutions would hide what they stand for."""
    for parameter in model.parameters():
        if parameter.dim() > 1 or not parameter.abs().sum():
            torch.nn.init.normal_(parameter, std=0.2 if parameter.dim() > 1 else 0.05)
    return model.eval()


def blocks(extra=None):
    return {
        "block_out_channels": CHANNELS,
        "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D"],
        "layers_per_block": 1,
        "attention_head_dim": 2,
        "cross_attention_dim": CONTEXT,
        "norm_num_groups": 4,
        **(extra or {}),
    }


def unet(in_channels):
    up = {"up_block_types": ["CrossAttnUpBlock2D", "UpBlock2D"], "sample_size": 8, "in_channels": in_channels}
    return randomized(diffusers.UNet2DConditionModel(**blocks(up)))


def tokenizer(folder):
    os.makedirs(folder, exist_ok=True)
    letters = list(bytes_to_unicode().values())
    words = [*letters, *(letter + "</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    with open(f"{folder}/vocab.json", "w") as file:
        json.dump({word: i for i, word in enumerate(words)}, file)
    with open(f"{folder}/merges.txt", "w") as file:
        file.write("#version: 0.2\n")
    made = transformers.CLIPTokenizer(f"{folder}/vocab.json", f"{folder}/merges.txt", model_max_length=12)
    return made, len(words)


def parts(folder):
    torch.manual_seed(0)
    tokens, vocab = tokenizer(f"{folder}/tiny/tokenizer")
    size = {"hidden_size": CONTEXT, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    ends = {"vocab_size": vocab, "max_position_embeddings": 12, "bos_token_id": vocab - 2, "eos_token_id": vocab - 1}
    text = randomized(transformers.CLIPTextModel(transformers.CLIPTextConfig(**size, **ends)))
    vae = diffusers.AutoencoderKL(
        block_out_channels=[4, 4, 8, 8],
        down_block_types=["DownEncoderBlock2D"] * 4,
        up_block_types=["UpDecoderBlock2D"] * 4,
        layers_per_block=1,
        norm_num_groups=4,
        latent_channels=4,
        sample_size=64,
    )
    control = blocks({"conditioning_embedding_out_channels": [4, 4, 8, 8]})
    shared = {"tokenizer": tokens, "text_encoder": text, "vae": randomized(vae)}
    rest = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    nets = [randomized(diffusers.ControlNetModel(**control)) for _ in range(2)]
    return {**shared, **rest}, {"tiny": unet(4), "tiny-inpaint": unet(9)}, nets


def pipeline(kind, shared, unets, nets, args):
    if kind == "controlnet":
        scales = args["controlnet_conditioning_scale"]
        net = nets if isinstance(scales, list) else nets[0]
        return diffusers.StableDiffusionControlNetPipeline(**shared, unet=unets["tiny"], controlnet=net), "tiny"
    classes = {
        "text": diffusers.StableDiffusionPipeline,
        "img2img": diffusers.StableDiffusionImg2ImgPipeline,
        "inpaint": diffusers.StableDiffusionInpaintPipeline,
        "inpaint9": diffusers.StableDiffusionInpaintPipeline,
    }
    model = "tiny-inpaint" if kind == "inpaint9" else "tiny"
    return classes[kind](**shared, unet=unets[model]), model


def main(folder):
    shared, unets, nets = parts(folder)
    tensors = {"init_image": torch.rand(1, 3, 40, 72), "mask": torch.zeros(1, 1, 40, 72)}
    tensors["mask"][:, :, 8:32, 16:56] = 1
    cases = []
    for name, kind, schedule, args in CASES:
        cls, config = SCHEDULERS[schedule]
        scheduler = cls(num_train_timesteps=1000, **BETAS, **config)
        pipe, model = pipeline(kind, {**shared, "scheduler": scheduler}, unets, nets, args)
        pipe.set_progress_bar_config(disable=True)
        given = {**PROMPT, **args}
        if kind == "controlnet":
            several = isinstance(args["controlnet_conditioning_scale"], list)
            given["image"] = [tensors["init_image"]] * 2 if several else tensors["init_image"]
        elif kind != "text":
            given["image"] = tensors["init_image"]
        if kind.startswith("inpaint"):
            given |= {"mask_image": tensors["mask"], "width": 72, "height": 40}
        latents = []
        keep = lambda _, __, ___, values: latents.append(values["latents"].clone()) or values
        with torch.no_grad():
            image = pipe(**given, generator=torch.Generator().manual_seed(9), output_type="pt", callback_on_step_end=keep)
        tensors[f"{name}/latents"] = torch.stack(latents)
        tensors[f"{name}/image"] = image.images.permute(0, 2, 3, 1).contiguous()
        described = {key: value for key, value in scheduler.config.items() if not key.startswith("_")}
        entry = {"name": name, "model": model, "scheduler": cls.__name__, "scheduler_config": described, "seed": 9}
        cases.append({**entry, "args": {**PROMPT, **args}})
    for i, net in enumerate(nets):
        net.save_pretrained(f"{folder}/controlnet-{i + 1}")
    for name, network in unets.items():
        scheduler = diffusers.DDIMScheduler(**BETAS)
        diffusers.StableDiffusionPipeline(**shared, unet=network, scheduler=scheduler).save_pretrained(f"{folder}/{name}")
    save_file(tensors, f"{folder}/pipelines.safetensors")
    with open(f"{folder}/pipelines.json", "w") as file:
        json.dump(cases, file, indent=1)


main(sys.argv[1])
