"""A folder of very small checkpoints and whole runs of them, as diffusers makes them.

python bench/peers/conditioning.py packages/aquatint/test/fixtures/conditioned
Random weights of true structure in float16: Stable Diffusion 1.x and XL in both layouts, XL's refiner, a latent
consistency model, adapters/ with one LoRA under two kinds of names and a textual inversion. pipelines.json lists the runs as
bench/parity/pipelines.ts reads them; pipelines.safetensors holds each run's latents and its image.
"""
import copy
import gzip
import json
import os
import shutil
import sys

import diffusers
import torch
import transformers
from safetensors.torch import load_file, save_file

OUT = sys.argv[1]
NAMES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../packages/aquatint/test/fixtures/checkpoints/names.json.gz")
START, END = "<|startoftext|>", "<|endoftext|>"
MERGES = ["t h", "th e</w>", "h o", "ho r", "hor s", "hors e</w>", "r e", "re d</w>", "i n", "in g</w>", "o n</w>"]
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000}
DDIM = diffusers.DDIMScheduler(**BETAS, clip_sample=False, set_alpha_to_one=False, steps_offset=1)
EULER = diffusers.EulerDiscreteScheduler(**BETAS, steps_offset=1, timestep_spacing="leading")
XD, D, XU, U = "CrossAttnDownBlock2D", "DownBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"
WIDTH, VECTORS, RANK, ALPHA = 8, 2, 2, 4
torch.manual_seed(0)


def tokenizer(folder, pad):
    """CLIP's 512 byte symbols and a few merges."""
    from transformers.models.clip.tokenization_clip import bytes_to_unicode
    symbols = list(bytes_to_unicode().values())
    tokens = symbols + [s + "</w>" for s in symbols] + ["".join(m.split()) for m in MERGES] + [START, END]
    os.makedirs(folder)
    with open(f"{folder}/vocab.json", "w") as f:
        json.dump({token: i for i, token in enumerate(tokens)}, f)
    with open(f"{folder}/merges.txt", "w") as f:
        f.write("\n".join(["#version: 0.2", *MERGES, ""]))
    special = {"bos_token": START, "eos_token": END, "unk_token": END, "pad_token": pad}
    for file, content in {
        "special_tokens_map.json": special,
        "tokenizer_config.json": {**special, "model_max_length": 77, "do_lower_case": True, "tokenizer_class": "CLIPTokenizer"},
    }.items():
        with open(f"{folder}/{file}", "w") as f:
            json.dump(content, f)
    return transformers.CLIPTokenizer(f"{folder}/vocab.json", f"{folder}/merges.txt", model_max_length=77, **special)


def text_encoder(kind, size, act, eos):
    config = transformers.CLIPTextConfig(
        vocab_size=size, hidden_size=WIDTH, intermediate_size=12, num_hidden_layers=3, num_attention_heads=2,
        projection_dim=WIDTH, hidden_act=act, eos_token_id=eos, initializer_factor=2.0)
    return kind(config)


def unet(**given):
    return diffusers.UNet2DConditionModel(**{**dict(
        sample_size=8, block_out_channels=(8, 8, 16, 16), norm_num_groups=4, attention_head_dim=2,
        cross_attention_dim=WIDTH, down_block_types=(XD, XD, XD, D), up_block_types=(U, XU, XU, XU)), **given})


def vae():
    blocks = {"down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4}
    return diffusers.AutoencoderKL(block_out_channels=(8, 8, 16, 16), norm_num_groups=4, layers_per_block=2, sample_size=64, **blocks)


def noised(model):
    """Random weights whose outputs depend on everything."""
    for parameter in model.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    return model


def checkpoint(name, kind, parts, scheduler, pads, **extra):
    tokenizers = {key: tokenizer(f"{OUT}/{name}/{key}", pad) for key, pad in pads.items()}
    size = len(next(iter(tokenizers.values())).get_vocab())
    models = {key: noised(make(size)).half() for key, make in parts.items()}
    index = {"_class_name": kind.__name__, "scheduler": ["diffusers", type(scheduler).__name__], **extra}
    for key, model in models.items():
        model.save_pretrained(f"{OUT}/{name}/{key}")
        index[key] = [type(model).__module__.split(".")[0], type(model).__name__]
    for key in tokenizers:
        index[key] = ["transformers", "CLIPTokenizer"]
    scheduler.save_pretrained(f"{OUT}/{name}/scheduler")
    with open(f"{OUT}/{name}/model_index.json", "w") as f:
        json.dump(index, f, indent=1)
    models = {key: model.float().eval() for key, model in models.items()}
    rest = dict(extra) if "text_encoder_2" in parts else {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    if "text_encoder" not in parts:
        rest |= {"text_encoder": None, "tokenizer": None}
    return lambda: kind(**copy.deepcopy({**models, **tokenizers}), scheduler=scheduler, **rest)


def single_file(name, like):
    """The same weights under their original names, by the table that was read off a checkpoint of the same structure."""
    with gzip.open(NAMES) as f:
        table = json.load(f)[like]
    weights = {}
    for part in os.listdir(f"{OUT}/{name}"):
        for file in os.listdir(f"{OUT}/{name}/{part}") if os.path.isdir(f"{OUT}/{name}/{part}") else []:
            if file.endswith(".safetensors"):
                weights |= {f"{part}.{key}": value for key, value in load_file(f"{OUT}/{name}/{part}/{file}").items()}
    found, thirds = {}, {}
    for path, value in weights.items():
        key, third, _ = table["weights"][path]
        fused = "in_proj" in key
        if fused:
            thirds.setdefault(key, {})[third] = value
        elif third == "transposed":
            found[key] = value.t().contiguous()
        else:
            found[key] = value.reshape(value.shape + (1,) * (len(table["tensors"][key][1]) - value.dim())).contiguous()
    for key, parts in thirds.items():
        found[key] = torch.cat([parts[i] for i in range(3)])
    save_file(found, f"{OUT}/{name}.safetensors")


def lora(pipe):
    """Low-rank pairs for attention, a convolution and the text encoder; merges them into the pipeline that it is given."""
    kohya, peft = {}, {}
    for part in ("unet", "text_encoder"):
        modules = dict(getattr(pipe, part).named_modules())
        wanted = [key for key in modules if key.endswith(("attn2.to_k", "to_out.0", "q_proj", "fc1", "down_blocks.0.resnets.0.conv1"))]
        for key in wanted:
            weight = modules[key].weight
            down = torch.randn(RANK, *weight.shape[1:]) * 0.2
            up = torch.randn(weight.shape[0], RANK, *(1 for _ in weight.shape[2:])) * 0.2
            weight.data += ALPHA / RANK * (up.flatten(1) @ down.flatten(1)).reshape(weight.shape)
            flat = f"lora_{'te' if part == 'text_encoder' else part}_{key.replace('.', '_')}"
            kohya |= {f"{flat}.lora_down.weight": down, f"{flat}.lora_up.weight": up, f"{flat}.alpha": torch.tensor(float(ALPHA))}
            peft |= {f"{part}.{key}.lora_A.weight": down, f"{part}.{key}.lora_B.weight": up}
    save_file(kohya, f"{OUT}/adapters/lora-kohya.safetensors")
    save_file(peft, f"{OUT}/adapters/lora-peft-alpha{ALPHA}.safetensors")


def inversion(pipe):
    path = f"{OUT}/adapters/inversion-embedding.safetensors"
    save_file({"emb_params": torch.randn(VECTORS, WIDTH)}, path)
    pipe.load_textual_inversion(path, token="<thing>")


def run(name, model, make, prepare=None, image=None, **args):
    pipe = make()
    if prepare:
        prepare(pipe)
    pipe.set_progress_bar_config(disable=True)
    args = {"prompt": "a red horse", **({} if image is not None else {"width": 64, "height": 64}), **args}
    seen = []

    def keep(_pipe, _i, _t, values):
        seen.append(values["latents"].clone())
        return values

    given = {} if image is None else {"image": image}
    images = pipe(**args, **given, generator=torch.Generator("cpu").manual_seed(5), output_type="np", callback_on_step_end=keep).images
    tensors = {f"{name}/latents": torch.stack(seen), f"{name}/image": torch.from_numpy(images)}
    scheduler = {k: v for k, v in pipe.scheduler.config.items() if not k.startswith("_")}
    case = {"name": name, "model": model, "scheduler": type(pipe.scheduler).__name__, "scheduler_config": scheduler, "seed": 5, "args": args}
    return case, tensors


def refiner_parts(projected):
    """One text encoder; the U-Net is told five numbers, the last of which is how good the image shall be."""
    return {
        "text_encoder_2": lambda size: text_encoder(projected, size, "gelu", size - 1),
        "vae": lambda _: vae(),
        "unet": lambda _: unet(
            attention_head_dim=(2, 2, 4, 4), use_linear_projection=True, transformer_layers_per_block=2,
            down_block_types=(D, XD, XD, D), up_block_types=(U, XU, XU, U), addition_embed_type="text_time",
            addition_time_embed_dim=4, projection_class_embeddings_input_dim=WIDTH + 20),
    }


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    os.makedirs(f"{OUT}/adapters")
    text, projected = transformers.CLIPTextModel, transformers.CLIPTextModelWithProjection
    one = {"text_encoder": lambda size: text_encoder(text, size, "quick_gelu", 2), "vae": lambda _: vae()}
    sd = checkpoint("sd", diffusers.StableDiffusionPipeline, {**one, "unet": lambda _: unet()}, DDIM, {"tokenizer": END})
    lcm = checkpoint(
        "lcm", diffusers.LatentConsistencyModelPipeline, {**one, "unet": lambda _: unet(time_cond_proj_dim=8)},
        diffusers.LCMScheduler(**BETAS, clip_sample=False, set_alpha_to_one=True), {"tokenizer": END})
    xl_unet = lambda _: unet(
        block_out_channels=(8, 16, 16), attention_head_dim=(2, 4, 4), cross_attention_dim=2 * WIDTH, use_linear_projection=True,
        transformer_layers_per_block=(1, 2, 3), down_block_types=(D, XD, XD), up_block_types=(XU, XU, U),
        addition_embed_type="text_time", addition_time_embed_dim=4, projection_class_embeddings_input_dim=WIDTH + 24)
    two = {**one, "text_encoder_2": lambda size: text_encoder(projected, size, "gelu", size - 1), "unet": xl_unet}
    xl = checkpoint(
        "xl", diffusers.StableDiffusionXLPipeline, two, EULER, {"tokenizer": END, "tokenizer_2": "!"}, force_zeros_for_empty_prompt=True)
    single_file("sd", "tiny-sd1")
    single_file("xl", "tiny-sdxl")
    short = {"num_inference_steps": 2, "guidance_scale": 5.0}
    runs = [
        run("sd-ddim", "sd", sd, negative_prompt="blue", **short),
        run("sd-textual-inversion", "sd", sd, inversion, **{**short, "prompt": "the <thing>, riding on a horse"}),
        run("sd-lora", "sd", sd, lora, negative_prompt="blue", **short),
        run("lcm", "lcm", lcm, num_inference_steps=3, guidance_scale=8.0),
        run("xl-no-negative", "xl", xl, **short),
        run("xl-empty-negative", "xl", xl, negative_prompt="", clip_skip=1, **short),
        run("xl-sizes", "xl", xl, negative_prompt="blue", original_size=(48, 32), crops_coords_top_left=(8, 16), target_size=(64, 80), **short),
    ]
    init = torch.rand(1, 3, 64, 64)
    refine = {"image": init, "negative_prompt": "blue", "strength": 0.5, **short, "num_inference_steps": 4}
    refiner = checkpoint(
        "xl-refiner", diffusers.StableDiffusionXLImg2ImgPipeline, refiner_parts(projected), EULER, {"tokenizer_2": "!"},
        force_zeros_for_empty_prompt=False, requires_aesthetics_score=True)
    runs += [
        run("xl-refiner-img2img", "xl-refiner", refiner, **refine),
        run("xl-refiner-img2img-scores", "xl-refiner", refiner, aesthetic_score=9.0, negative_aesthetic_score=1.0, **refine),
    ]
    with open(f"{OUT}/pipelines.json", "w") as f:
        json.dump([case for case, _ in runs], f, indent=1)
    tensors = {"init_image": init} | {key: value for _, tensors in runs for key, value in tensors.items()}
    save_file({key: value.contiguous() for key, value in tensors.items()}, f"{OUT}/pipelines.safetensors")


main()
