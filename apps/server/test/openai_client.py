"""Calls the image API with PyPI's openai; prints one JSON object: what each call returned, or the class of its error."""
import asyncio
import base64
import io
import json
import struct
import sys
import urllib.request
import zlib

import openai

url, token = sys.argv[1], sys.argv[2]
client = openai.OpenAI(base_url=f"{url}/v1", api_key=token, max_retries=0)
small = {"prompt": "a red apple", "size": "16x8", "extra_body": {"seed": 5, "steps": 2}}


def png(alpha):
    rows = b"".join(b"\0" + b"".join(bytes((30 * x, 30 * y, 90, alpha(x))) for x in range(8)) for y in range(8))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 6, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    parts = [struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def file(name, alpha=lambda x: 255):
    stream = io.BytesIO(png(alpha))
    stream.name = name
    return stream


def size(data):
    if data[:4] == b"\x89PNG":
        return "png %dx%d" % struct.unpack(">II", data[16:24])
    return {b"\xff\xd8": "jpeg", b"RI": "webp"}.get(data[:2], "unknown")


def drawn(response):
    return {**response.model_dump(exclude={"data"}), "images": [size(base64.b64decode(entry.b64_json)) for entry in response.data]}


def downloaded(response):
    request = urllib.request.Request(response.data[0].url, headers={"authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request) as answer:
        return [answer.headers["content-type"], size(answer.read())]


def streamed(stream):
    events = [(event.type, size(base64.b64decode(event.b64_json))) for event in stream]
    return {"partial": sorted(set(events[:-1])), "last": events[-1], "events": len(events)}


async def drawn_async():
    async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key=token, max_retries=0) as other:
        return drawn(await other.images.generate(**small))


def edit(**options):
    return client.images.edit(prompt="an apple", extra_body={"steps": 3, "seed": 1}, **options)


longer = {**small, "extra_body": {"steps": 40}}
half = lambda x: 0 if x < 4 else 255
stranger = openai.OpenAI(base_url=f"{url}/v1", api_key="wrong", max_retries=0)
calls = {
    "generate": lambda: drawn(client.images.generate(model="tiny", n=2, **small)),
    "generate async": lambda: asyncio.run(drawn_async()),
    "generate url": lambda: downloaded(client.images.generate(response_format="url", **small)),
    "generate jpeg": lambda: drawn(client.images.generate(output_format="jpeg", output_compression=0, quality="high", **small)),
    "generate png": lambda: drawn(client.images.generate(output_compression=50, user="ann", **small)),
    "generate stream": lambda: streamed(client.images.generate(stream=True, partial_images=2, **longer)),
    "edit": lambda: drawn(edit(image=file("image.png"))),
    "edit mask": lambda: drawn(edit(image=[file("image.png")], mask=file("mask.png", half), size="16x16")),
    "edit stream": lambda: streamed(edit(image=file("image.png"), stream=True)),
    "edit two": lambda: edit(image=[file("image.png"), file("other.png")]),
    "edit no image": lambda: edit(image=("image.png", b"no image")),
    "models": lambda: [model.id for model in client.models.list()],
    "model": lambda: client.models.retrieve("tiny").model_dump(),
    "model absent": lambda: client.models.retrieve("absent"),
    "generate absent": lambda: client.images.generate(model="absent", **small),
    "generate field": lambda: client.images.generate(prompt="x", extra_body={"hue": 1}),
    "generate n": lambda: client.images.generate(n=11, **small),
    "generate transparent": lambda: client.images.generate(background="transparent", **small),
    "generate large": lambda: client.images.generate(prompt="x", size="9999x9999"),
    "variation": lambda: client.images.create_variation(image=file("image.png")),
    "stranger": lambda: stranger.models.list(),
}


def outcome(call):
    try:
        return {"value": call()}
    except openai.APIStatusError as error:
        return {"error": type(error).__name__, "status": error.status_code, "code": error.code, "type": error.type, "message": error.message}


print(json.dumps({name: outcome(call) for name, call in calls.items()}))
