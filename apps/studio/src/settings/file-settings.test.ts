import { encodePng } from "aquatint";
import sharp from "sharp";
import { expect, test } from "vitest";
import { fileSettings } from "./file-settings.ts";
import { initialSettings } from "./settings.ts";

const modelHash = "9e10bd77f1".padEnd(64, "0");
const context = { base: initialSettings, model: { modelName: "model-emoji/latent", modelHash } };

const fileWith = (text: Record<string, string>) => {
  const image = { width: 8, height: 8, channels: 3 as const, data: new Uint8Array(192) };
  return new File([encodePng({ ...image, text })], "image.png", { type: "image/png" });
};

test("an image of this page gives its settings back, and nothing is missing", async () => {
  const recipe = {
    ...{
      prompt: "a fox",
      negative: "snow",
      seed: 9,
      steps: 12,
      sampler: "euler karras",
      guidance: 3,
      rng: "torch-cpu",
    },
    ...{ width: 64, height: 48, model: "model-emoji/latent", modelHash, version: "0.1.0" },
  };
  const restored = await fileSettings(fileWith({ aquatint: JSON.stringify(recipe) }), context);
  expect(restored?.notes).toEqual([]);
  expect(restored?.settings).toMatchObject({
    ...{
      prompt: "a fox",
      negative: "snow",
      seed: "9",
      seedLocked: true,
      steps: 12,
      guidance: 3,
      width: 64,
      height: 48,
    },
    ...{ sampler: "euler", spacing: "Karras" },
  });
});

test("an image of another model says whether that is among the visitor's files", async () => {
  const image = (model: string, hash?: string) =>
    fileWith({
      parameters: `a fox\nSteps: 5, Seed: 5, Size: 64x64, ${hash ? `Model hash: ${hash}, ` : ""}Model: ${model}`,
    });
  const other = { modelName: "sd15", modelHash: "abcdef1234".padEnd(64, "0") };
  const notes = async (file: File, change = {}) => {
    const restored = await fileSettings(file, { ...context, models: [other], ...change });
    return restored?.notes.filter((note) => note.startsWith("made by")).join("\n");
  };
  expect(await notes(image("renamed", "abcdef1234"))).toMatch(/made by renamed: it is among your files as sd15/);
  expect(await notes(image("sd15", "0123456789"))).toMatch(/makes another image/);
  expect(await notes(image("sd15", "ABCDEF1234"), { model: other })).toBe("");
  const pending = { modelName: "sd15", modelHash: undefined };
  expect(await notes(image("sd15", "abcdef1234"), { model: pending })).toMatch(/still computed/);
  expect(await notes(image("sd15"), { model: other })).toMatch(/holds no hash/);
});

test("an image of the web UI gives what the page can do, and the rest is named", async () => {
  const parameters =
    "a (fox:1.2)\nNegative prompt: snow\nSteps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 5, Size: 512x512, Model hash: abcdef1234, Model: sd15, Denoising strength: 0.4, Hires upscale: 2, Hires upscaler: Latent";
  const restored = await fileSettings(fileWith({ parameters }), context);
  expect(restored?.settings).toMatchObject({
    ...{ prompt: "a (fox:1.2)", promptSyntax: "a1111", sampler: "dpmpp-2m", seed: "5", guidance: 7, width: 512 },
  });
  expect(restored?.settings.spacing?.toLowerCase()).toBe("karras");
  expect(restored?.notes.join("\n")).toMatch(/made by sd15/);
  expect(restored?.notes.join("\n")).toMatch(/hires|upscale/i);
});

test("a setting that the page cannot have is named and left alone", async () => {
  const parameters = "a fox\nSteps: 5000, Sampler: Euler, CFG scale: 7, Seed: 5, Size: 9000x64, Version: v1.10.1";
  const restored = await fileSettings(fileWith({ parameters }), context);
  expect(restored?.settings).toMatchObject({ steps: null, width: null, height: 64 });
  expect(restored?.notes).toEqual(expect.arrayContaining(["not restored: steps 5000", "not restored: width 9000"]));
});

test("an image without settings gives none, and a damaged recipe is an error", async () => {
  expect(await fileSettings(fileWith({}), context)).toBeUndefined();
  await expect(fileSettings(fileWith({ aquatint: '{"prompt": 5}' }), context)).rejects.toMatchObject({
    code: "image/recipe",
  });
});

const blank = { width: 8, height: 8, channels: 3 as const };
const pixels = () => sharp({ create: { ...blank, background: "#888" } });
const asFile = (bytes: Uint8Array, name: string) => new File([Uint8Array.from(bytes)], name);

/** The same metadata as PNG's text, and as EXIF of JPEG and WebP, the way that each program writes it. */
async function files(text: Record<string, string>, exif: Record<string, Record<string, string>>) {
  const { data } = { data: new Uint8Array(192) };
  return [
    asFile(encodePng({ ...blank, data, text }), "a.png"),
    asFile(await pixels().withExif(exif).jpeg().toBuffer(), "a.jpg"),
    asFile(await pixels().withExif(exif).webp().toBuffer(), "a.webp"),
  ];
}

test("the web UI's files of each kind restore the same, hires and LoRAs named", async () => {
  const parameters = [
    "a (fox:1.2) <lora:snow:0.6>, masterpiece",
    "Negative prompt: blurry, (worst quality:1.4)",
    'Steps: 28, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 3141592653, Size: 512x768, Model hash: 6ce0161689, Model: v1-5-pruned-emaonly, Variation seed: 99, Variation seed strength: 0.2, Clip skip: 2, Denoising strength: 0.45, Hires upscale: 2, Hires upscaler: R-ESRGAN 4x+, Lora hashes: "snow: 0123456789ab", Version: v1.10.1',
  ].join("\n");
  for (const file of await files({ parameters }, { IFD2: { UserComment: parameters } })) {
    const restored = await fileSettings(file, context);
    expect(restored?.settings, file.name).toMatchObject({
      ...{ prompt: "a (fox:1.2), masterpiece", negative: "blurry, (worst quality:1.4)", promptSyntax: "a1111" },
      ...{ steps: 28, sampler: "dpmpp-2m", guidance: 6.5, seed: "3141592653", width: 512, height: 768, clipSkip: 1 },
      ...{ variationSeed: "99", variationStrength: 0.2, rng: "cuda-philox", hires: null, output: "image" },
    });
    const notes = restored?.notes.join("\n");
    for (const lost of ["v1-5-pruned-emaonly", "snow:0.6", "Hires upscale 2", "R-ESRGAN 4x+"]) {
      expect(notes, file.name).toContain(lost);
    }
  }
});

test("ComfyUI's files of each kind restore the same, other nodes named", async () => {
  const graph = {
    3: {
      class_type: "KSampler",
      inputs: {
        ...{ seed: 156680208700286, steps: 20, cfg: 8, sampler_name: "euler", scheduler: "normal", denoise: 1 },
        ...{ model: ["10", 0], positive: ["6", 0], negative: ["7", 0], latent_image: ["5", 0] },
      },
    },
    4: { class_type: "CheckpointLoaderSimple", inputs: { ckpt_name: "dreamshaper_8.safetensors" } },
    5: { class_type: "EmptyLatentImage", inputs: { width: 512, height: 512, batch_size: 1 } },
    6: { class_type: "CLIPTextEncode", inputs: { text: "a glass bottle, galaxy", clip: ["10", 1] } },
    7: { class_type: "CLIPTextEncode", inputs: { text: "text, watermark", clip: ["10", 1] } },
    8: { class_type: "VAEDecode", inputs: { samples: ["3", 0], vae: ["4", 2] } },
    9: { class_type: "SaveImage", inputs: { filename_prefix: "ComfyUI", images: ["8", 0] } },
    10: {
      class_type: "LoraLoader",
      inputs: {
        ...{ lora_name: "ink.safetensors", strength_model: 0.8, strength_clip: 0.8 },
        ...{ model: ["4", 0], clip: ["4", 1] },
      },
    },
  };
  const prompt = JSON.stringify(graph);
  for (const file of await files(
    { prompt, workflow: "{}" },
    { IFD0: { Make: "workflow:{}", Model: `prompt:${prompt}` } },
  )) {
    const restored = await fileSettings(file, context);
    expect(restored?.settings, file.name).toMatchObject({
      ...{ prompt: "a glass bottle, galaxy", negative: "text, watermark", steps: 20, guidance: 8, sampler: "euler" },
      ...{ seed: "156680208700286", width: 512, height: 512, rng: "torch-cpu" },
    });
    const notes = restored?.notes.join("\n");
    for (const lost of ["dreamshaper_8", "ink"]) expect(notes, file.name).toContain(lost);
  }
});

test("an image of this page gives its second pass and its variation back, a clip its frames", async () => {
  const recipe = {
    ...{ prompt: "a fox", seed: 9, steps: 12, sampler: "euler", guidance: 3, rng: "torch-cpu", width: 64, height: 64 },
    ...{ hires: { scale: 1.5, strength: 0.4 }, variation: { seed: "18446744073709551615", strength: 0.3 } },
    ...{ model: "model-emoji/latent", modelHash },
  };
  const still = await fileSettings(fileWith({ aquatint: JSON.stringify(recipe) }), context);
  expect(still).toMatchObject({
    notes: [],
    settings: {
      ...{ output: "image", hires: 1.5, hiresStrength: 0.4, hiresSteps: null },
      ...{ variationStrength: 0.3, variationSeed: "18446744073709551615" },
    },
  });
  const { hires: _, variation: __, ...plain } = recipe;
  const windows = { length: 8, stride: 2, weighting: "pyramid" };
  const clip = { ...plain, frames: 12, fps: 6, motion: "motion", windows };
  const restored = await fileSettings(fileWith({ aquatint: JSON.stringify(clip) }), context);
  expect(restored).toMatchObject({
    notes: [expect.stringContaining("motion adapter motion"), expect.stringMatching(/^not restored: windows/)],
    settings: { output: "clip", frames: 12, fps: 6, hires: null, variationStrength: 0 },
  });
});
