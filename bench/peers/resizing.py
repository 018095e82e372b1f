"""Writes what Pillow's Lanczos makes of a small image: packages/aquatint/test/fixtures/images/lanczos.json.

python bench/peers/resizing.py
A color image, a gray one and one with transparency, each made smaller, larger, and cut to other proportions in the middle.
The image has noise and hard edges, where Lanczos overshoots. Rows are filtered first by Pillow up to 12 always, by
Pillow 13 except where an image becomes much lower and little narrower; the sizes here are not of that kind.
"""
import base64
import json
import pathlib

import numpy
import PIL
from PIL import Image

WIDTH, HEIGHT = 23, 15
SIZES = [(8, 8), (5, 7), (13, 3), (33, 24), (23, 7), (4, 15), (1, 1), (2, 40)]
FOLDER = pathlib.Path(__file__).parents[2] / "packages/aquatint/test/fixtures/images"

random = numpy.random.default_rng(15)
pixels = random.integers(0, 256, (HEIGHT, WIDTH, 4), dtype=numpy.uint8)
pixels[3:8, 4:12] = 255
pixels[8:12, 4:12] = 0
pixels[0:3, 16:23, 3] = 0
color = Image.fromarray(pixels)


def text(image: Image.Image) -> str:
    return base64.b64encode(image.tobytes()).decode()


def middle(width: int, height: int) -> tuple[float, float, float, float]:
    """The largest part in the middle that has the proportions of a size."""
    left = max(0, (WIDTH - width * HEIGHT / height) / 2)
    top = max(0, (HEIGHT - height * WIDTH / width) / 2)
    return left, top, WIDTH - left, HEIGHT - top


cases = []
for size in SIZES:
    cut = {
        mode: text(color.convert("RGB").convert(mode).resize(size, Image.Resampling.LANCZOS, box=middle(*size)))
        for mode in ("RGB", "L")
    }
    whole = text(color.resize(size, Image.Resampling.LANCZOS))
    cases.append({"width": size[0], "height": size[1], **cut, "RGBA": whole})
source = {"width": WIDTH, "height": HEIGHT, "RGBA": text(color), "L": text(color.convert("RGB").convert("L"))}
FOLDER.mkdir(parents=True, exist_ok=True)
written = {"pillow": PIL.__version__, "source": source, "cases": cases}
(FOLDER / "lanczos.json").write_text(json.dumps(written, indent=2) + "\n")
