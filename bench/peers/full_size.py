"""Full-size parts of Stable Diffusion in PyTorch and diffusers, as a user would run them.

Loads a model from a folder of config.json and safetensors, says so on standard output, then makes one step for each line
of standard input. Every answer is a line of JSON: milliseconds of wall time and of processor time, the process's largest
resident size in MB, and the first numbers of the result.
"""

import argparse
import json
import time

import diffusers
import torch
import transformers


def numbers(step, *shape):
    """The same numbers as `npm run bench` feeds: sin(step * i)."""
    count = torch.Size(shape).numel()
    return torch.sin(step * torch.arange(count, dtype=torch.float64)).float().reshape(shape)


def unet(folder):
    model = diffusers.UNet2DConditionModel.from_pretrained(folder).eval().to(memory_format=torch.channels_last)
    x = numbers(0.37, 2, 4, 64, 64).contiguous(memory_format=torch.channels_last)
    context = numbers(0.13, 2, 77, 768)
    return lambda: model(x, torch.full((2,), 500.0), context).sample


def unet_xl(folder):
    model = diffusers.UNet2DConditionModel.from_pretrained(folder).eval().to(memory_format=torch.channels_last)
    x = numbers(0.37, 2, 4, 32, 32).contiguous(memory_format=torch.channels_last)
    added = {"text_embeds": numbers(0.29, 2, 1280), "time_ids": torch.tensor([[256.0, 256, 0, 0, 256, 256]] * 2)}
    return lambda: model(x, torch.full((2,), 500.0), numbers(0.13, 2, 77, 2048), added_cond_kwargs=added).sample


def vae(folder):
    model = diffusers.AutoencoderKL.from_pretrained(folder).eval().to(memory_format=torch.channels_last)
    x = numbers(0.37, 1, 4, 64, 64).contiguous(memory_format=torch.channels_last)
    return lambda: model.decode(x).sample


def text(folder):
    model = transformers.CLIPTextModel.from_pretrained(folder).eval()
    ids = (torch.arange(77)[None] * 613) % 49408
    return lambda: model(ids).last_hidden_state


PARTS = {"unet-sd15": unet, "unet-sdxl": unet_xl, "vae-decode": vae, "text-encoder": text}


def peak_mb():
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM"))


def timed(work):
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    times = {"ms": 1000 * (time.perf_counter() - wall), "cpuMs": 1000 * (time.process_time() - processor)}
    return result, {**times, "peakMB": peak_mb()}


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("folder")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    step, loaded = timed(lambda: PARTS[options.part](options.folder))
    print(json.dumps(loaded), flush=True)
    try:
        while True:
            input()
            result, figures = timed(step)
            print(json.dumps({**figures, "first": result.contiguous().flatten()[:8].tolist()}), flush=True)
    except EOFError:
        pass


main()
