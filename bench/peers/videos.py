"""Reference runs of diffusers' AnimateDiff pipelines on very small checkpoints with random weights.

python bench/peers/videos.py FOLDER   adds motion adapters, video.json and video.safetensors to a folder of pipelines.py
Stable Diffusion XL is the folder of conditioning.py beside it.
What is written is named as bench/parity/videos.ts reads it.
"""
import json
import os
import sys

import diffusers
import torch
from safetensors.torch import save_file

PROMPT = {"prompt": "a fox", "negative_prompt": "fog", "guidance_scale": 5.0}
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
SIZE = {"width": 32, "height": 32}
EULER = (diffusers.EulerDiscreteScheduler, {"timestep_spacing": "leading", "steps_offset": 1})
DDIM = (diffusers.DDIMScheduler, {"clip_sample": False, "set_alpha_to_one": False, "steps_offset": 1})
LCM = (diffusers.LCMScheduler, {})
WITH_IMAGES = ("clip-euler", "clip-from-clip", "clip-xl")
TWO = {"0": "a fox", "4": "a dog"}
# The folders of a checkpoint and of its adapter, and the adapter's type and sizes
SD = {
    "model": "tiny",
    "motion": "motion",
    "dtype": torch.float32,
    "adapter": {"block_out_channels": [8, 16], "motion_layers_per_block": 1, "motion_norm_num_groups": 4},
}
XL = {
    "model": "../conditioned/xl",
    "motion": "motion-xl",
    "dtype": torch.float16,
    "adapter": {
        "block_out_channels": [8, 16, 16],
        "motion_layers_per_block": 2,
        "motion_norm_num_groups": 4,
        "use_motion_mid_block": False,
    },
}
CASES = [
    ("clip-euler", EULER, {"num_frames": 3, "num_inference_steps": 2}, {}),
    ("clip-lcm", LCM, {"num_frames": 2, "num_inference_steps": 3, "guidance_scale": 1.0}, {}),
    # the last window does not begin at a multiple of the stride
    (
        "clip-windows",
        DDIM,
        {"num_frames": 7, "num_inference_steps": 2},
        {"free_noise": {"context_length": 4, "context_stride": 2, "weighting_scheme": "flat", "noise_type": "repeat_context"}},
    ),
    (
        "clip-prompts",
        EULER,
        {"num_frames": 6, "num_inference_steps": 2, "prompt": TWO},
        {
            "free_noise": {
                "context_length": 4,
                "context_stride": 2,
                "weighting_scheme": "delayed_reverse_sawtooth",
                "noise_type": "shuffle_context",
            }
        },
    ),
    ("clip-free-init", DDIM, {"num_frames": 4, "num_inference_steps": 2}, {"free_init": {"num_iters": 2}}),
    ("clip-from-clip", EULER, {"strength": 0.7, "num_inference_steps": 3}, {"frames": 4}),
]
XL_CASES = [
    ("clip-xl", EULER, {"num_frames": 3, "num_inference_steps": 2}, {}),
    ("clip-xl-no-guidance", DDIM, {"num_frames": 2, "num_inference_steps": 2, "guidance_scale": 1.0}, {}),
]


def randomized(model):
    """Zero layers would hide what they stand for."""
    for parameter in model.parameters():
        if parameter.dim() > 1 or not parameter.abs().sum():
            torch.nn.init.normal_(parameter, std=0.2 if parameter.dim() > 1 else 0.05)
    return model.eval()


def random_frames():
    generator = torch.Generator().manual_seed(3)
    return torch.rand(4, 3, SIZE["height"], SIZE["width"], generator=generator)


def adapter_of(family, folder):
    """An adapter with random weights, after it was written."""
    model = diffusers.MotionAdapter(motion_num_attention_heads=2, motion_max_seq_length=8, **family["adapter"])
    path = os.path.join(folder, family["motion"])
    randomized(model).to(family["dtype"]).save_pretrained(path)
    return diffusers.MotionAdapter.from_pretrained(path, torch_dtype=torch.float32)


def main(folder):
    torch.manual_seed(0)
    runs, tensors = [], {}
    for family, cases, kind in [(SD, CASES, diffusers.AnimateDiffPipeline), (XL, XL_CASES, diffusers.AnimateDiffSDXLPipeline)]:
        adapter = adapter_of(family, folder)
        for case in cases:
            runs.append(run(case, {**family, "adapter": adapter}, kind, folder, tensors))
    with open(os.path.join(folder, "video.json"), "w") as file:
        json.dump(runs, file, indent=1)
    save_file({k: v.contiguous() for k, v in tensors.items()}, os.path.join(folder, "video.safetensors"))


def run(case, family, kind, folder, tensors):
    """One case: its tensors are added, its description is returned."""
    name, (scheduler_class, settings), args, extras = case
    kind = diffusers.AnimateDiffVideoToVideoPipeline if "frames" in extras else kind
    pipe = kind.from_pretrained(os.path.join(folder, family["model"]), motion_adapter=family["adapter"])
    pipe.set_progress_bar_config(disable=True)
    if hasattr(pipe.unet, "add_embedding"):
        # diffusers 0.36 leaves the embedding of XL's sizes as it was drawn
        published = diffusers.UNet2DConditionModel.from_pretrained(os.path.join(folder, family["model"]), subfolder="unet")
        pipe.unet.add_embedding.load_state_dict(published.add_embedding.state_dict())
    pipe.scheduler = scheduler_class(**BETAS, **settings)
    args = {**PROMPT, **SIZE, **args}
    if "free_noise" in extras:
        pipe.enable_free_noise(**extras["free_noise"])
    if "free_init" in extras:
        pipe.enable_free_init(**extras["free_init"])
    inputs = dict(args)
    if isinstance(inputs["prompt"], dict):
        inputs["prompt"] = {int(k): v for k, v in inputs["prompt"].items()}
    if "frames" in extras:
        tensors[f"{name}/frames"] = random_frames()
        inputs["video"] = random_frames()[None]
    latents = []

    def keep(_pipe, _i, _t, values):
        latents.append(values["latents"].clone())
        return values

    image = pipe(**inputs, generator=torch.Generator().manual_seed(7), output_type="np", callback_on_step_end=keep)
    tensors[f"{name}/latents"] = torch.stack(latents)
    if name in WITH_IMAGES:
        tensors[f"{name}/image"] = torch.as_tensor(image.frames).float()
    return {
        "name": name,
        "model": family["model"],
        "scheduler": scheduler_class.__name__,
        "scheduler_config": {k: v for k, v in pipe.scheduler.config.items() if not k.startswith("_")},
        "seed": 7,
        "args": args,
        "motion": family["motion"],
        **extras,
    }


if __name__ == "__main__":
    main(sys.argv[1])
