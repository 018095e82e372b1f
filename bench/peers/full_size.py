"""Full-size parts of Stable Diffusion in PyTorch and diffusers, or in OpenVINO, as a user would run them.

Loads a model from a folder of config.json and safetensors, says so on standard output, then makes one step for each line
of standard input. Every answer is a line of JSON: milliseconds of wall time and of processor time, the process's largest
resident size in MB, and the first numbers of the result.
"""

import argparse
import json
import os
import time

import diffusers
import torch
import transformers


def numbers(step, *shape):
    """The same numbers as `npm run bench` feeds: sin(step * i)."""
    count = torch.Size(shape).numel()
    return torch.sin(step * torch.arange(count, dtype=torch.float64)).float().reshape(shape)


def unet_inputs():
    return numbers(0.37, 2, 4, 64, 64), torch.full((2,), 500.0), numbers(0.13, 2, 77, 768)


def unet(folder):
    model = diffusers.UNet2DConditionModel.from_pretrained(folder).eval()
    return Call(model, lambda x, t, context: model(x, t, context).sample)


FRAMES = 16


def unet_motion_inputs():
    """Twice the clip of 16 frames that ours has, frame after frame, as guidance needs it in one call."""
    frames = numbers(0.37, 1, FRAMES, 4, 32, 32).permute(0, 2, 1, 3, 4)
    return frames.repeat(2, 1, 1, 1, 1), torch.full((2,), 500.0), numbers(0.13, 1, 77, 768).repeat(2 * FRAMES, 1, 1)


def unet_motion(folder):
    model = diffusers.UNetMotionModel.from_pretrained(folder).eval()
    return Call(model, lambda x, t, context: model(x, t, context).sample.permute(0, 2, 1, 3, 4))


def unet_xl_inputs():
    ids = torch.tensor([[256.0, 256, 0, 0, 256, 256]] * 2)
    context = numbers(0.13, 2, 77, 2048)
    return numbers(0.37, 2, 4, 32, 32), torch.full((2,), 500.0), context, numbers(0.29, 2, 1280), ids


def unet_xl(folder):
    model = diffusers.UNet2DConditionModel.from_pretrained(folder).eval()

    def call(x, t, context, text, ids):
        return model(x, t, context, added_cond_kwargs={"text_embeds": text, "time_ids": ids}).sample

    return Call(model, call)


def vae_inputs():
    return (numbers(0.37, 1, 4, 64, 64),)


def vae(folder):
    model = diffusers.AutoencoderKL.from_pretrained(folder).eval()
    return Call(model, lambda x: model.decode(x).sample)


def text_inputs():
    return ((torch.arange(77)[None] * 613) % 49408,)


def text(folder):
    model = transformers.CLIPTextModel.from_pretrained(folder).eval()
    return Call(model, lambda ids: model(ids).last_hidden_state)


class Call(torch.nn.Module):
    """A model with the call that is timed."""

    def __init__(self, model, call):
        super().__init__()
        self.model = model
        self.call = call

    def forward(self, *inputs):
        return self.call(*inputs)


PARTS = {
    "unet-sd15": (unet, unet_inputs),
    "unet-motion": (unet_motion, unet_motion_inputs),
    "unet-sdxl": (unet_xl, unet_xl_inputs),
    "vae-decode": (vae, vae_inputs),
    "text-encoder": (text, text_inputs),
}


def made(part, folder):
    """A part's call and its inputs."""
    model, inputs = PARTS[part]
    return model(folder), inputs()


def in_torch(part, folder, dtype):
    """A step in PyTorch: channels_last, on floating-point inputs of this type."""
    call, inputs = made(part, folder)
    call = call.to(dtype).to(memory_format=torch.channels_last)
    inputs = [x.to(dtype) if x.is_floating_point() else x for x in inputs]
    inputs = [x.contiguous(memory_format=torch.channels_last) if x.dim() == 4 else x for x in inputs]
    return lambda: call(*inputs).float()


def ir_file(part, folder):
    """OpenVINO's file of a part, written where it is missing."""
    import openvino

    path = os.path.join(folder, "openvino.xml")
    if os.path.exists(path):
        return path
    call, inputs = made(part, folder)
    with torch.no_grad():
        model = openvino.convert_model(call, example_input=inputs)
    model.reshape({port: list(x.shape) for port, x in zip(model.inputs, inputs)})
    openvino.save_model(model, path, compress_to_fp16=False)
    return path


def in_openvino(part, folder, threads, hint):
    """A step in OpenVINO; without a hint it computes in bfloat16 where the processor has it."""
    import openvino

    path = ir_file(part, folder)
    options = {"INFERENCE_NUM_THREADS": threads, **hint}
    request = openvino.Core().compile_model(path, "CPU", options).create_infer_request()
    inputs = {at: x.numpy() for at, x in enumerate(PARTS[part][1]())}
    return lambda: torch.from_numpy(request.infer(inputs)[0].copy()).float()


RUNTIMES = {
    "torch": lambda part, folder, _: in_torch(part, folder, torch.float32),
    "torch-bfloat16": lambda part, folder, _: in_torch(part, folder, torch.bfloat16),
    "openvino": lambda part, folder, threads: in_openvino(part, folder, threads, {}),
    "openvino-float32": lambda part, folder, threads: in_openvino(
        part, folder, threads, {"INFERENCE_PRECISION_HINT": "f32"}
    ),
}


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
    parser.add_argument("--runtime", choices=RUNTIMES, default="torch")
    parser.add_argument("--prepare", action="store_true", help="only write what the runtime reads besides the weights")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.prepare:
        if options.runtime.startswith("openvino"):
            ir_file(options.part, options.folder)
        print("{}", flush=True)
        return
    step, loaded = timed(lambda: RUNTIMES[options.runtime](options.part, options.folder, options.threads))
    print(json.dumps(loaded), flush=True)
    try:
        while True:
            input()
            result, figures = timed(step)
            print(json.dumps({**figures, "first": result.contiguous().flatten()[:8].tolist()}), flush=True)
    except EOFError:
        pass


if __name__ == "__main__":
    main()
