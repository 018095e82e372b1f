import { encodePng } from "aquatint";
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
