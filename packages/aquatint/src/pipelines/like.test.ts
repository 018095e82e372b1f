import { expect, test } from "vitest";
import { pictureRecipe } from "../formats/picture-recipe.ts";
import { likeness } from "./like.ts";

const webUi = (settings: string) =>
  likeness(pictureRecipe({ parameters: `a fox\nSteps: 20, CFG scale: 7, Seed: 1, ${settings}` })!, { name: "x.png" });

test.each([
  ["Sampler: DPM++ 2M Karras", "DPM++ 2M Karras"],
  ["Sampler: Euler a, Schedule type: Automatic", "Euler a"],
  ["Sampler: DPM++ SDE, Schedule type: SGM Uniform", "DPM++ SDE SGM Uniform"],
  ["Sampler: LMS, Schedule type: Beta", "LMS Beta"],
])("the web UI's %s is %j", (settings, sampler) => {
  expect(webUi(settings)).toMatchObject({ options: { sampler }, notes: [] });
});

test("a sampler that is unknown is said and left to the model", () => {
  const { options, notes } = webUi("Sampler: DPM adaptive");
  expect(options.sampler).toBeUndefined();
  expect(notes).toEqual([`the sampler "DPM adaptive" is not known here: the model's own is used`]);
});

test.each([
  ["RNG: CPU", "torch-cpu"],
  ["RNG: NV", "cuda-philox"],
  ["Clip skip: 1", "cuda-philox"],
])("%s draws as %s", (settings, rng) => {
  expect(webUi(`Sampler: Euler, ${settings}`).options.rng).toBe(rng);
});

test("layers are counted from 0 here, and guidance is rescaled alike", () => {
  expect(webUi("Sampler: Euler, Clip skip: 2, CFG Rescale: 0.5").options).toMatchObject({
    clipSkip: 1,
    guidanceRescale: 0.5,
  });
  expect(webUi("Sampler: Euler, Clip skip: 1").options).not.toHaveProperty("clipSkip");
});

test("ComfyUI's picture draws on the CPU; a seed that JSON rounds and a part of the way are said", () => {
  const graph = (inputs: object) => ({
    1: { class_type: "KSampler", inputs: { steps: 4, cfg: 2, positive: ["2", 0], negative: ["2", 0], ...inputs } },
    2: { class_type: "CLIPTextEncode", inputs: { text: "a fox" } },
  });
  const like = (inputs: object) =>
    likeness(pictureRecipe({ prompt: JSON.stringify(graph(inputs)) })!, { name: "x.png" });
  const known = { seed: 7, sampler_name: "dpmpp_2m", scheduler: "karras", denoise: 1 };
  expect(like(known)).toMatchObject({
    options: { prompt: "a fox", negative: "a fox", seed: 7, steps: 4, sampler: "dpmpp_2m karras", rng: "torch-cpu" },
    notes: ["only the sampler, its prompts and its size were read of the graph"],
  });
  const rounded = like({ ...known, seed: 2 ** 60, denoise: 0.5 });
  expect(rounded.options.seed).toBeUndefined();
  expect(rounded.notes.slice(0, 2)).toEqual([
    "its seed is beyond 2^53 and was rounded: a new one is drawn",
    "not repeated: denoise 0.5",
  ]);
});

test("keys of a later version are said, and a seed of 64 bits stays whole", () => {
  const own = {
    ...{ prompt: "a", seed: "18446744073709551615", steps: 1, sampler: "ddim", guidance: 1, rng: "torch-cpu" },
    ...{ width: 8, height: 8, tiling: true },
  };
  const { options, notes } = likeness(pictureRecipe({ aquatint: JSON.stringify(own) })!, { name: "x.png" });
  expect(options.seed).toBe(18446744073709551615n);
  expect(notes).toEqual(["not known to this version: tiling"]);
});
