"""Makes every call of webuiapi's main class; prints one JSON object: what each call returned or raised, and calls that are left out."""
import asyncio
import inspect
import json
import sys

import webuiapi
from PIL import Image

port, user, token = int(sys.argv[1]), sys.argv[2], sys.argv[3]
api = webuiapi.WebUIApi(port=port, username=user, password=token, steps=2)
small = {"prompt": "a red apple", "seed": 5, "width": 8, "height": 8}
image = Image.new("RGB", (8, 8), (200, 40, 40))
mask = Image.new("L", (8, 8), 0)
mask.paste(255, (4, 0, 8, 8))
first = api.txt2img(**small)


def awaited(call):
    async def run():
        return await call()

    return asyncio.run(run())


def unit(**fields):
    return webuiapi.ControlNetUnit(image=image, **fields)


calls = {
    "set_auth": lambda: api.set_auth(user, token),
    "check_extensions": api.check_extensions,
    "txt2img": lambda: api.txt2img(batch_size=2, negative_prompt="blur", sampler_name="DPM++ 2M", scheduler="karras", **small),
    "txt2img hires": lambda: api.txt2img(enable_hr=True, hr_upscaler=webuiapi.HiResUpscaler.Lanczos, **small),
    "txt2img latent": lambda: api.txt2img(enable_hr=True, **small),
    "txt2img async": lambda: awaited(lambda: api.txt2img(use_async=True, **small)),
    "txt2img script": lambda: api.txt2img(script_name="x/y/z plot", **small),
    "txt2img styles": lambda: api.txt2img(styles=["anime"], **small),
    "txt2img unit off": lambda: api.txt2img(controlnet_units=[unit()], **small),
    "txt2img unit": lambda: api.txt2img(controlnet_units=[unit(model="absent")], **small),
    "txt2img unit mode": lambda: api.txt2img(controlnet_units=[unit(model="absent", control_mode=1)], **small),
    "txt2img adetailer": lambda: api.txt2img(adetailer=[webuiapi.ADetailer(ad_model="face.pt")], alwayson_scripts={}, **small),
    "img2img": lambda: api.img2img(images=[image], **small),
    "img2img mask": lambda: api.img2img(images=[image], mask_image=mask, inpainting_fill=1, **small),
    "img2img none": lambda: api.img2img(**small),
    "post_and_get_api_result": lambda: api.post_and_get_api_result(f"{api.baseurl}/txt2img", {**small, "steps": 1}, False),
    "async_post": lambda: awaited(lambda: api.async_post(f"{api.baseurl}/txt2img", {**small, "steps": 1})),
    "extra_single_image": lambda: api.extra_single_image(image, upscaler_1=webuiapi.Upscaler.Lanczos, upscaling_resize=3),
    "extra_single_image ESRGAN": lambda: api.extra_single_image(image, upscaler_1=webuiapi.Upscaler.ESRGAN_4x),
    "extra_batch_images": lambda: api.extra_batch_images([image, image], upscaler_1="Lanczos", upscaling_resize=2),
    "png_info": lambda: api.png_info(first.image),
    "interrogate": lambda: api.interrogate(image),
    "list_prompt_gen_models": api.list_prompt_gen_models,
    "prompt_gen": api.prompt_gen,
    "interrupt": api.interrupt,
    "skip": api.skip,
    "set_options": lambda: api.set_options({"jpeg_quality": 70}),
    "get_endpoint": lambda: api.get_endpoint("options", True),
    "custom_get": lambda: api.custom_get("samplers", baseurl=True),
    "custom_post": lambda: api.custom_post("txt2img", {**small, "steps": 1}, baseurl=True),
    "controlnet_detect": lambda: api.controlnet_detect([image]),
    "controlnet_detect canny": lambda: api.controlnet_detect([image], module="canny"),
    "util_set_model": lambda: api.util_set_model("tiny"),
    "util_wait_for_ready": lambda: api.util_wait_for_ready(check_interval=0.1),
}
names = [name for name, _ in inspect.getmembers(webuiapi.WebUIApi, inspect.isfunction) if not name.startswith("_")]
for name in names:
    plain = name.startswith(("get_", "refresh_", "controlnet_", "util_get_"))
    if plain and name not in calls:
        calls[name] = getattr(api, name)


def shown(value):
    if isinstance(value, webuiapi.WebUIApiResult):
        return {"images": [list(item.size) for item in value.images], "info": value.info, "parameters": value.parameters}
    return value


def outcome(call):
    try:
        return {"value": shown(call())}
    except Exception as error:
        return {"error": type(error).__name__, "args": [str(argument) for argument in error.args]}


stdout, sys.stdout = sys.stdout, sys.stderr  # the class prints on the way
results = {name: outcome(call) for name, call in calls.items()}
missing = [name for name in names if name not in calls]
json.dump({"results": results, "missing": missing}, stdout)
