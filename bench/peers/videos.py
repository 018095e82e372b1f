"""Reference runs of diffusers' AnimateDiff pipelines on a very small checkpoint with random weights.

python bench/peers/videos.py FOLDER   adds a motion adapter, video.json and video.safetensors to a folder of pipelines.py
What is written is named as bench/parity/videos.ts reads it.
"""
import json
import os
import sys

import diffusers
import torch
from safetensors.torch import save_file

PROMPT = {"prompt": "a fox", "negative_prompt": "fog", "guidance_scale": 5.0}
CHANNELS = [8, 16]
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
SIZE = {"width": 32, "height": 32}
EULER = (diffusers.EulerDiscreteScheduler, {"timestep_spacing": "leading", "steps_offset": 1})
DDIM = (diffusers.DDIMScheduler, {"clip_sample": False, "set_alpha_to_one": False, "steps_offset": 1})
LCM = (diffusers.LCMScheduler, {})
TWO = {"0": "a fox", "4": "a dog"}
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


def randomized(model):
    """Zero layers would hide what they stand for."""
    for parameter in model.parameters():
        if parameter.dim() > 1 or not parameter.abs().sum():
            torch.nn.init.normal_(parameter, std=0.2 if parameter.dim() > 1 else 0.05)
    return model.eval()


def random_frames():
    generator = torch.Generator().manual_seed(3)
    return torch.rand(4, 3, SIZE["height"], SIZE["width"], generator=generator)


def main(folder):
    torch.manual_seed(0)
    adapter = randomized(
        diffusers.MotionAdapter(
            block_out_channels=CHANNELS,
            motion_layers_per_block=1,
            motion_num_attention_heads=2,
            motion_norm_num_groups=4,
            motion_max_seq_length=8,
        )
    )
    adapter.save_pretrained(os.path.join(folder, "motion"))
    cases, tensors = [], {}
    for name, (scheduler_class, settings), args, extras in CASES:
        kind = diffusers.AnimateDiffVideoToVideoPipeline if "frames" in extras else diffusers.AnimateDiffPipeline
        pipe = kind.from_pretrained(os.path.join(folder, "tiny"), motion_adapter=adapter)
        pipe.set_progress_bar_config(disable=True)
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
        if name in ("clip-euler", "clip-from-clip"):
            tensors[f"{name}/image"] = torch.as_tensor(image.frames).float()
        cases.append(
            {
                "name": name,
                "model": "tiny",
                "scheduler": scheduler_class.__name__,
                "scheduler_config": {k: v for k, v in pipe.scheduler.config.items() if not k.startswith("_")},
                "seed": 7,
                "args": args,
                "motion": "motion",
                **extras,
            }
        )
    with open(os.path.join(folder, "video.json"), "w") as file:
        json.dump(cases, file, indent=1)
    save_file({k: v.contiguous() for k, v in tensors.items()}, os.path.join(folder, "video.safetensors"))


main(sys.argv[1])
