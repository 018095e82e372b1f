"""The training step of `npm run bench -- train-step` in PyTorch, as a user would write it,
with clipped gradients and a moving average of the weights. With `--latents CONFIG` it trains
diffusers' U-Net of that config on stored latents and text states.

Reads names of variants from standard input, one a line, makes one step of that variant and answers with its
milliseconds and those of CPU time. The first step of a compiled variant takes minutes and needs a C++ compiler.
"""

import argparse
import json
import time

import torch
from torch import nn
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

CHANNELS, MULTIPLES, BLOCKS, ATTENTION_AT = 64, (1, 2, 2), 2, 8
BATCH, SIZE, GROUPS, TOKENS = 16, 32, 32, 32


class Residual(nn.Module):
    def __init__(self, inputs, outputs, time_channels):
        super().__init__()
        self.norm1 = nn.GroupNorm(GROUPS, inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.time = nn.Linear(time_channels, outputs)
        self.norm2 = nn.GroupNorm(GROUPS, outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x, time):
        h = self.conv1(F.silu(self.norm1(x))) + self.time(time)[:, :, None, None]
        return self.shortcut(x) + self.conv2(F.silu(self.norm2(h)))


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.GroupNorm(GROUPS, channels)
        self.q, self.k, self.v, self.out = (nn.Linear(channels, channels) for _ in range(4))

    def forward(self, x):
        n, c, height, width = x.shape
        places = self.norm(x).reshape(n, c, height * width).transpose(1, 2)
        q, k, v = (project(places)[:, None] for project in (self.q, self.k, self.v))
        mixed = self.out(F.scaled_dot_product_attention(q, k, v)[:, 0])
        return x + mixed.transpose(1, 2).reshape(x.shape)


class Block(nn.Module):
    def __init__(self, inputs, outputs, time_channels, attention):
        super().__init__()
        self.residual = Residual(inputs, outputs, time_channels)
        self.attention = Attention(outputs) if attention else nn.Identity()

    def forward(self, x, time):
        return self.attention(self.residual(x, time))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        time_channels = 4 * CHANNELS
        self.time = nn.Sequential(nn.Linear(CHANNELS, time_channels), nn.SiLU(), nn.Linear(time_channels, time_channels))
        self.first = nn.Conv2d(3, CHANNELS, 3, padding=1)
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        channels, size, skips = CHANNELS, SIZE, [CHANNELS]
        last = len(MULTIPLES) - 1
        for level, multiple in enumerate(MULTIPLES):
            width = CHANNELS * multiple
            for _ in range(BLOCKS):
                self.down.append(Block(channels, width, time_channels, size == ATTENTION_AT))
                channels = width
                skips.append(channels)
            if level < last:
                self.down.append(nn.Conv2d(channels, channels, 3, stride=2, padding=1))
                size //= 2
                skips.append(channels)
        self.middle = nn.ModuleList(
            [Block(channels, channels, time_channels, True), Block(channels, channels, time_channels, False)]
        )
        for level, multiple in enumerate(reversed(MULTIPLES)):
            width = CHANNELS * multiple
            for _ in range(BLOCKS + 1):
                self.up.append(Block(channels + skips.pop(), width, time_channels, size == ATTENTION_AT))
                channels = width
            if level < last:
                self.up.append(nn.Conv2d(channels, channels, 3, padding=1))
                size *= 2
        self.norm = nn.GroupNorm(GROUPS, channels)
        self.last = nn.Conv2d(channels, 3, 3, padding=1)

    def forward(self, x, time):
        time = F.silu(self.time(time))
        h = self.first(x)
        skips = [h]
        for part in self.down:
            h = part(h, time) if isinstance(part, Block) else part(h)
            skips.append(h)
        for part in self.middle:
            h = part(h, time)
        for part in self.up:
            if isinstance(part, Block):
                h = part(torch.cat([h, skips.pop()], 1), time)
            else:
                h = part(F.interpolate(h, scale_factor=2))
        return self.last(F.silu(self.norm(h)))


class LatentUNet(nn.Module):
    """diffusers' U-Net, with its output alone."""

    def __init__(self, config):
        super().__init__()
        from diffusers import UNet2DConditionModel

        self.unet = UNet2DConditionModel.from_config(config)

    def forward(self, x, *conditions):
        return self.unet(x, *conditions, return_dict=False)[0]


def subject(config):
    """A network, the shape of its samples, and what it is fed besides."""
    if config is None:
        return UNet(), (3, SIZE, SIZE), (torch.rand(BATCH, CHANNELS),)
    size = config["sample_size"]
    context = torch.randn(BATCH, TOKENS, config["cross_attention_dim"])
    return LatentUNet(config), (config["in_channels"], size, size), (torch.rand(BATCH) * 999, context)


def stepper(variant, config):
    """A function that makes one training step and returns its milliseconds, and those of CPU time."""
    layout = torch.channels_last if variant == "channels_last" else torch.contiguous_format
    network, sample, conditions = subject(config)
    network = network.to(memory_format=layout)
    forward = torch.compile(network) if variant == "compiled" else network
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4, weight_decay=0.01, fused=True)
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(0.999))
    x = torch.randn(BATCH, *sample).contiguous(memory_format=layout)
    target = torch.randn(BATCH, *sample)

    def step():
        begun, busy = time.perf_counter(), time.process_time()
        optimizer.zero_grad()
        F.mse_loss(forward(x, *conditions), target).backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        average.update_parameters(network)
        return 1000 * (time.perf_counter() - begun), 1000 * (time.process_time() - busy)

    return step


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--latents", type=json.loads)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    steppers = {}
    try:
        while True:
            variant = input()
            steppers[variant] = steppers.get(variant) or stepper(variant, args.latents)
            ms, cpu_ms = steppers[variant]()
            print(json.dumps({"ms": ms, "cpuMs": cpu_ms}), flush=True)
    except EOFError:
        pass


main()
