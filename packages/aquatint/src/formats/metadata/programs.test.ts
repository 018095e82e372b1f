import { expect, test } from "vitest";
import { imageMetadata } from "./index.ts";
import type { ImageMetadata } from "./types.ts";

const usual = { prompt: "a cat", negative: "blurry", seed: 5, steps: 20, guidance: 7, width: 512, height: 768 };
const json = (value: unknown) => JSON.stringify(value);

const swarm = {
  sui_image_params: {
    ...{ prompt: "a cat<lora:sky:0.5>", negativeprompt: "blurry", model: "m", seed: 5, steps: 20, cfgscale: 7 },
    ...{ width: 512, height: 768, sampler: "dpmpp_2m", scheduler: "karras", loras: ["style"], loraweights: ["0.8"] },
    ...{ clipstopatlayer: -2, refinerupscale: 1.5, swarm_version: "0.9" },
  },
};
const fooocus = {
  ...{ prompt: "a cat", negative_prompt: "blurry", seed: "5", steps: 20, guidance_scale: 7, base_model: "m" },
  ...{ resolution: "(512, 768)", sampler: "dpmpp_2m_sde_gpu", scheduler: "karras", sharpness: 2, clip_skip: 2 },
  ...{ loras: [["style", 0.8, "0123"]], styles: "['Fooocus V2']", metadata_scheme: "fooocus" },
};
const invoke = {
  ...{ positive_prompt: "a cat", negative_prompt: "blurry", seed: 5, steps: 20, cfg_scale: 7, scheduler: "euler_k" },
  ...{ width: 512, height: 768, rand_device: "cpu", model: { name: "m" }, app_version: "5.4", clip_skip: 1 },
  ...{ generation_mode: "txt2img", loras: [{ model: { name: "style" }, weight: 0.8 }], controlnets: [{ weight: 1 }] },
};
const oldInvoke = {
  model_weights: "m",
  image: {
    ...{ prompt: [{ prompt: "a cat [blurry]", weight: 1 }], seed: 5, steps: 20, cfg_scale: 7, sampler: "k_lms" },
    ...{ width: 512, height: 768, perlin: 0, threshold: 0.5 },
  },
};
const novel = {
  ...{ prompt: "a cat", uc: "blurry", seed: 5, steps: 20, scale: 7, sampler: "k_euler_ancestral", sm: true },
  ...{ noise_schedule: "karras", width: 512, height: 768, dynamic_thresholding: false, uncond_scale: 1 },
};
const draw = {
  ...{ c: "a cat", uc: "blurry", seed: 5, steps: 20, scale: 7, size: "512x768", sampler: "DPM++ 2M Karras" },
  ...{ model: "m", lora: [{ model: "style", weight: 0.8 }], strength: 0.6 },
};
const escaped = (text: string) => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");
const xmp = `<x:xmpmeta><exif:UserComment><rdf:Alt><rdf:li xml:lang="x-default">${escaped(json(draw))}</rdf:li></rdf:Alt></exif:UserComment></x:xmpmeta>`;

const files: Readonly<Record<string, readonly [texts: Record<string, string>, metadata: Partial<ImageMetadata>]>> = {
  SwarmUI: [
    { parameters: json(swarm) },
    {
      ...{ ...usual, source: "swarmui", sampler: "dpmpp_2m karras", rng: "torch-cpu" },
      ...{ clipStop: { layer: 2, rule: "comfyui" }, unrepeated: ["refinerupscale 1.5"] },
      networks: [expect.objectContaining({ text: "sky:0.5" }), expect.objectContaining({ text: "style:0.8" })],
    },
  ],
  "SwarmUI, in EXIF": [{ UserComment: json(swarm) }, { ...usual, source: "swarmui" }],
  Fooocus: [
    { parameters: json(fooocus), fooocus_scheme: "fooocus" },
    {
      ...{ ...usual, source: "fooocus", sampler: "dpmpp_2m_sde_gpu karras", model: "m" },
      ...{ unrepeated: ["sharpness 2", "styles ['Fooocus V2']"] },
      networks: [expect.objectContaining({ text: "style:0.8" })],
    },
  ],
  "Fooocus as the web UI's text": [
    {
      fooocus_scheme: "a1111",
      parameters:
        "a cat\nNegative prompt: blurry\nSteps: 20, Sampler: DPM++ 2M SDE Karras, Seed: 5, Size: 512x768, CFG scale: 7, Sharpness: 2, Version: Fooocus v2.5",
    },
    { ...usual, source: "fooocus", sampler: "DPM++ 2M SDE Karras", rng: "torch-cpu", unrepeated: ["Sharpness 2"] },
  ],
  "stable-diffusion.cpp": [
    {
      parameters:
        "a cat\nNegative prompt: blurry\nSteps: 20, CFG scale: 7.000000, Guidance: 3.500000, Eta: 0.000000, Seed: 5, Size: 512x768, Model: m.safetensors, RNG: cuda, Sampler: euler_a, Version: stable-diffusion.cpp",
    },
    { ...usual, source: "sdcpp", sampler: "euler_a", rng: "cuda-philox", defaultSchedule: "Normal" },
  ],
  InvokeAI: [
    { invokeai_metadata: json(invoke) },
    {
      ...{ ...usual, source: "invokeai", sampler: "euler_k", clipStop: { layer: 2, rule: "diffusers" } },
      ...{ unrepeated: ['controlnets [{"weight":1}]'], networks: [expect.objectContaining({ text: "style:0.8" })] },
    },
  ],
  "InvokeAI 2": [
    { "sd-metadata": json(oldInvoke), Dream: '"other" -s 1' },
    { ...usual, source: "invokeai", sampler: "k_lms", unrepeated: ["threshold 0.5"] },
  ],
  "InvokeAI 1": [
    { Dream: '"a cat [blurry]" -s 20 -S 5 -W 512 -H 768 -C 7.0 -A k_euler_a' },
    { ...usual, source: "invokeai", sampler: "k_euler_a" },
  ],
  NovelAI: [
    {
      Title: "AI generated image",
      Software: "NovelAI",
      Source: "NovelAI 1",
      Description: "a cat",
      Comment: json(novel),
    },
    { ...usual, source: "novelai", sampler: "k_euler_ancestral karras", unrepeated: ["sm"] },
  ],
  "NovelAI, in EXIF": [
    { UserComment: json({ Software: "NovelAI", Comment: json(novel) }) },
    { ...usual, source: "novelai" },
  ],
  "Draw Things": [
    { "XML:com.adobe.xmp": xmp },
    {
      ...{ ...usual, source: "draw-things", sampler: "DPM++ 2M Karras", unrepeated: ["strength 0.6"] },
      networks: [expect.objectContaining({ text: "style:0.8" })],
    },
  ],
  "Easy Diffusion": [
    {
      ...{ prompt: "a cat", negative_prompt: "blurry", seed: "5", num_inference_steps: "20", guidance_scale: "7" },
      ...{ width: "512", height: "768", sampler_name: "dpmpp_2m", use_stable_diffusion_model: "/x/m.safetensors" },
      use_vae_model: "mse",
    },
    { ...usual, source: "easy-diffusion", sampler: "dpmpp_2m", model: "m", unrepeated: ["use_vae_model mse"] },
  ],
  Midjourney: [
    { Description: "a cat --no blurry --ar 16:9 --v 6 Job ID: 01234567-89ab-cdef-0123-456789abcdef", Author: "x" },
    { source: "midjourney", prompt: "a cat", negative: "blurry", unrepeated: ["--ar 16:9", "--v 6"] },
  ],
};

test.each(Object.entries(files))("%s", (_, [texts, metadata]) => {
  expect(imageMetadata(texts)).toMatchObject(metadata);
});

test.each([
  ["JSON of no program that is known", { parameters: '{"a":1}', UserComment: '{"b":2}', Comment: "{}" }],
  ["a title alone", { Title: "a cat", Software: "Photo Editor" }],
  ["broken JSON under a program's name", { invokeai_metadata: "{", "sd-metadata": "[]", Dream: "no quotes" }],
])("%s is no metadata", (_, texts) => {
  expect(imageMetadata(texts)).toBeUndefined();
});
