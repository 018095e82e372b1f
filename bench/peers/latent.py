"""The same image by diffusers: loads a folder that aquatint wrote, unchanged, and compares.

aquatint generate "an astronaut riding a horse" --model FOLDER --seed 1 --out image.png
python bench/peers/latent.py FOLDER image.png
Prompt, seed, steps, guidance and size are read from the image, which must be made by the folder's own sampler; what is
compared are pixels in 0 .. 1. Ends with 1 where any of them differs by more than 1e-2.
"""
import json
import sys
import warnings

import diffusers
import numpy
import torch
from PIL import Image

TOLERANCE = 1e-2

warnings.filterwarnings("ignore")
diffusers.utils.logging.set_verbosity_error()
folder, image = sys.argv[1:3]
image = Image.open(image)
recipe = json.loads(image.text["aquatint"])

pipeline = diffusers.StableDiffusionPipeline.from_pretrained(folder)
pipeline.set_progress_bar_config(disable=True)
theirs = pipeline(
    recipe["prompt"],
    negative_prompt=recipe["negative"],
    num_inference_steps=recipe["steps"],
    guidance_scale=recipe["guidance"],
    width=recipe["width"],
    height=recipe["height"],
    generator=torch.Generator("cpu").manual_seed(recipe["seed"]),
    output_type="np",
).images[0]
ours = numpy.asarray(image.convert("RGB"), dtype=numpy.float32) / 255
difference = numpy.abs(theirs - ours)
print(
    f"{pipeline.scheduler.__class__.__name__}, {recipe['steps']} steps, guidance {recipe['guidance']}, "
    f"seed {recipe['seed']}: largest difference {difference.max():.4f}, mean {difference.mean():.5f}"
)
sys.exit(int(difference.max() > TOLERANCE))
