import { expect, test } from "vitest";
import { imageMetadata } from "../../formats/metadata/index.ts";
import { fromMetadata } from "./reproduce.ts";

const webUi = (settings: string, prompt = "a fox") =>
  fromMetadata(
    imageMetadata({ parameters: `${prompt}\nSteps: 20, CFG scale: 7, Seed: 1, Size: 64x64, ${settings}` })!,
    {
      name: "x.png",
    },
  );

test.each([
  ["Sampler: DPM++ 2M Karras", "DPM++ 2M Karras"],
  ["Sampler: DPM++ SDE, Schedule type: SGM Uniform", "DPM++ SDE SGM Uniform"],
  ["Sampler: LMS, Schedule type: Beta", "LMS Beta"],
  // "Automatic" is the web UI's choice for each sampler
  ["Sampler: Euler a, Schedule type: Automatic", "Euler a Normal"],
  ["Sampler: Euler, Schedule type: Automatic, Version: v1.9.4", "Euler Normal"],
  ["Sampler: DPM++ 2M, Schedule type: Automatic", "DPM++ 2M Karras"],
  ["Sampler: DPM++ SDE, Schedule type: Automatic", "DPM++ SDE Karras"],
  ["Sampler: DPM++ 2M SDE, Schedule type: Automatic", "DPM++ 2M SDE Exponential"],
  ["Sampler: DDIM, Schedule type: Automatic", "DDIM DDIM"],
  // before version 1.9 a sampler without a schedule in its name had k-diffusion's even times
  ["Sampler: DPM++ 2M, Version: v1.6.0", "DPM++ 2M Normal"],
  ["Sampler: DPM++ 2M", "DPM++ 2M Normal"],
  ["Sampler: DPM++ 2M, Version: v1.10.1", "DPM++ 2M Karras"],
  ["Sampler: DPM++ 2M, Version: f2.0.1v1.10.1-previous-1", "DPM++ 2M Karras"],
  ["Sampler: DDIM, Version: v1.6.0", "DDIM DDIM"],
])("the web UI's %s is %j", (settings, sampler) => {
  expect(webUi(settings)).toMatchObject({ options: { sampler }, notes: [] });
});

test("a sampler that is unknown is said and left to the model; of an unknown schedule the sampler stays", () => {
  const { options, notes } = webUi("Sampler: Bogosort");
  expect(options.sampler).toBeUndefined();
  expect(notes).toEqual([`the sampler "Bogosort" is not known here: the model's own is used`]);
  expect(webUi("Sampler: Euler, Schedule type: Align Your Steps").notes).toEqual([
    `the web UI has another table for XL models: for one of those give --sampler "Euler Align Your Steps XL"`,
  ]);
  expect(webUi("Sampler: Euler Dy, Schedule type: Karras").notes).toEqual([
    `the sampler "Euler Dy Karras" is not known here (it is Euler with dynamic steps): the model's own is used`,
  ]);
  expect(webUi("Sampler: ddim_v3").notes).toEqual([
    `the sampler "ddim_v3" is not known here (it is NovelAI's variant of DDIM): the model's own is used`,
  ]);
  expect(webUi("Sampler: Euler, Schedule type: Align Your Steps GITS")).toMatchObject({
    options: { sampler: "Euler Normal" },
    notes: ['the schedule "Align Your Steps GITS" is not known here: the usual one of Euler is used'],
  });
});

test("what the file does not say is said, and a seed of -1 is a new one", () => {
  const { options, notes } = fromMetadata(imageMetadata({ parameters: "a fox" })!, { name: "x.png" });
  expect(options).toMatchObject({ prompt: "a fox", seed: undefined, steps: undefined });
  expect(notes.map((note) => note.split(":")[0])).toEqual(
    ["seed", "steps", "sampler", "guidance", "size"].map((what) => `its file names no ${what}`),
  );
  const parameters = "a fox\nSteps: 4, Sampler: Euler, CFG scale: 5, Seed: -1, Size: 64x64";
  const random = fromMetadata(imageMetadata({ parameters })!, { name: "x.png" });
  expect(random.options.seed).toBeUndefined();
  expect(random.notes).toEqual(["its seed is -1, which means a new one: one is drawn"]);
});

test("LoRAs are taken out of the prompts and named, unless their files are given again", () => {
  const parameters = [
    "a cat <lora:style_v2:0.8>, <lyco:sky>blue",
    "Negative prompt: blurry <lora:neg:0.5:0.7>",
    'Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 64x64, Lora hashes: "style_v2: 0123"',
  ].join("\n");
  const like = (loras: { file: string; scale?: number }[]) =>
    fromMetadata(imageMetadata({ parameters })!, { name: "x.png", loras });
  const { options, notes } = like([]);
  expect(options).toMatchObject({ prompt: "a cat, blue", negative: "blurry" });
  expect(notes).toEqual([
    "not repeated: the LoRAs style_v2:0.8, sky, neg:0.5:0.7; a LoRA is given again with --lora FILE:SCALE",
  ]);
  const files = [{ file: "loras/Style_v2.safetensors", scale: 0.5 }, { file: "sky.safetensors" }, { file: "neg.pt" }];
  expect(like(files).notes).toEqual([
    "given again with --lora: style_v2, sky, neg",
    "style_v2 counted 0.8 in its file, 0.5 here",
  ]);
});

test.each([
  ["Emphasis: No norm", "no-norm"],
  ["Emphasis: Ignore", "ignore"],
  ["Emphasis: None", "none"],
  ["Emphasis: Original", undefined],
])("%s is the mode %s", (settings, emphasis) => {
  expect(webUi(`Sampler: Euler a, ${settings}`).options.emphasis).toBe(emphasis);
});

test("every setting that shaped the image and is not repeated is named", () => {
  const settings = {
    ...{ "Denoising strength": "0.4", "Hires upscale": "2", "Hires upscaler": "Latent", "Variation seed": "7" },
    ...{ "Face restoration": "CodeFormer", "ADetailer model": "face_yolov8n.pt", ENSD: "31337", Eta: "0.67" },
    ...{ Refiner: "xl [0123]", "Refiner switch at": "0.8", "Mask blur": "4", "Token merging ratio": "0.5", NGMS: "1" },
    ...{ "SGM noise multiplier": "True", VAE: "mse.safetensors", "ControlNet 0": '"Module: canny, Weight: 1"' },
  };
  const text = Object.entries(settings).map(([key, value]) => `${key}: ${value}`);
  const { notes } = webUi(`Sampler: Euler a, ${text.join(", ")}, Version: v1.6.0, Pad conds: True`);
  expect(notes).toHaveLength(1);
  for (const key of Object.keys(settings)) expect(notes[0]).toContain(`${key} `);
  expect(webUi("Sampler: Euler a, Face restoration: None, VAE: Automatic, Version: v1.6.0").notes).toEqual([]);
});

test.each([
  ["RNG: CPU", "torch-cpu"],
  ["RNG: NV", "cuda-philox"],
  ["Clip skip: 1", "cuda-philox"],
])("%s draws as %s", (settings, rng) => {
  expect(webUi(`Sampler: Euler, ${settings}`).options.rng).toBe(rng);
});

test("a variation is that of the web UI where its seed and strength are there", () => {
  const { options, notes } = webUi("Sampler: Euler, Variation seed: 9, Variation seed strength: 0.25");
  expect({ variation: options.variation, notes }).toEqual({ variation: { seed: 9, strength: 0.25 }, notes: [] });
  expect(webUi("Sampler: Euler, Variation seed: 9")).toMatchObject({ notes: ["not repeated: Variation seed 9"] });
});

test("layers are counted from 0 here, and guidance is rescaled alike", () => {
  expect(webUi("Sampler: Euler, Clip skip: 2, CFG Rescale: 0.5").options).toMatchObject({
    clipSkip: 1,
    clipSkipRule: "a1111",
    guidanceRescale: 0.5,
  });
  expect(webUi("Sampler: Euler, Clip skip: 1").options).not.toHaveProperty("clipSkip");
});

test("ComfyUI's image draws on the CPU, its seed is exact beyond 2^53, and a part of the way is said", () => {
  const graph = (inputs: string) =>
    `{"1":{"class_type":"KSampler","inputs":{"steps":4,"cfg":2,"positive":["2",0],"negative":["2",0],"latent_image":["3",0],${inputs}}},"2":{"class_type":"CLIPTextEncode","inputs":{"text":"a fox"}},"3":{"class_type":"EmptyLatentImage","inputs":{"width":64,"height":32}}}`;
  const like = (inputs: string) => fromMetadata(imageMetadata({ prompt: graph(inputs) })!, { name: "x.png" });
  expect(like('"seed":7,"sampler_name":"dpmpp_2m","scheduler":"karras","denoise":1')).toMatchObject({
    options: {
      ...{ prompt: "a fox", negative: "a fox", seed: 7, steps: 4, sampler: "dpmpp_2m karras", rng: "torch-cpu" },
      ...{ width: 64, height: 32 },
    },
    notes: [],
  });
  const part = like('"seed":1125899906842597123,"sampler_name":"euler","scheduler":"sgm_uniform","denoise":0.5');
  expect(part.options.seed).toBe(1125899906842597123n);
  expect(part.notes).toEqual(["not repeated: denoise 0.5"]);
});

test("keys of a later version are said, and a seed of 64 bits stays whole", () => {
  const settings = {
    ...{ prompt: "a", seed: "18446744073709551615", steps: 1, sampler: "ddim", guidance: 1, rng: "torch-cpu" },
    ...{ width: 8, height: 8, tiling: true },
  };
  const { options, notes } = fromMetadata(imageMetadata({ aquatint: JSON.stringify(settings) })!, { name: "x.png" });
  expect(options.seed).toBe(18446744073709551615n);
  expect(notes).toEqual(["not known to this version: tiling"]);
});
