"""A whole run of a single file with CLIP's own vocabulary, as diffusers makes it: the reference of the studio's tests.

python bench/peers/single_file.py packages/aquatint/test/fixtures/conditioned/sd VOCABULARY apps/studio/test/fixtures/single-file.png
The folder's tiny model gets CLIP's 49,408 tokens: token i takes the row i % n of its n embeddings. VOCABULARY holds CLIP's
vocab.json and merges.txt. The test makes the same single file and drops it on the page.
"""
import sys

import diffusers
import numpy
import torch
import transformers
from PIL import Image

FOLDER, VOCABULARY, OUT = sys.argv[1:]
TOKENS = 49408
SETTINGS = {"prompt": "a red fox, (snow)", "negative_prompt": "blue", "num_inference_steps": 3, "guidance_scale": 5.0}

tokenizer = transformers.CLIPTokenizer(f"{VOCABULARY}/vocab.json", f"{VOCABULARY}/merges.txt", model_max_length=77)
small = transformers.CLIPTextModel.from_pretrained(f"{FOLDER}/text_encoder").float()
config = transformers.CLIPTextConfig(**{**small.config.to_dict(), "vocab_size": TOKENS, "eos_token_id": 2})
text_encoder = transformers.CLIPTextModel(config).eval()
weights = small.state_dict()
key = "text_model.embeddings.token_embedding.weight"
weights[key] = weights[key][torch.arange(TOKENS) % weights[key].shape[0]]
text_encoder.load_state_dict(weights)
pipe = diffusers.StableDiffusionPipeline(
    unet=diffusers.UNet2DConditionModel.from_pretrained(f"{FOLDER}/unet").float().eval(),
    vae=diffusers.AutoencoderKL.from_pretrained(f"{FOLDER}/vae").float().eval(),
    text_encoder=text_encoder, tokenizer=tokenizer,
    scheduler=diffusers.DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False, steps_offset=1),
    safety_checker=None, feature_extractor=None, requires_safety_checker=False)
pipe.set_progress_bar_config(disable=True)
image = pipe(**SETTINGS, width=64, height=64, generator=torch.Generator("cpu").manual_seed(5), output_type="np").images[0]
Image.fromarray(numpy.uint8(numpy.round(image * 255))).save(OUT)
