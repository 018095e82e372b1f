import { expect, test } from "vitest";
import { kindGeneration } from "../../models/pipeline-classes.ts";
import { generationDefaults } from "./defaults.ts";

test("a folder may say how many steps and how much guidance its model wants", () => {
  expect(generationDefaults()).toEqual({ steps: 50, guidance: 2 });
  expect(generationDefaults({ num_inference_steps: 15 })).toEqual({ steps: 15, guidance: 2 });
  expect(generationDefaults({ guidance_scale: 4.5 })).toEqual({ steps: 50, guidance: 4.5 });
});

test.each([
  ["StableDiffusionPipeline", { steps: 50, guidance: 7.5 }],
  ["StableDiffusionXLPipeline", { steps: 50, guidance: 5 }],
  ["LatentConsistencyModelPipeline", { steps: 4, guidance: 8.5 }],
  ["AquatintPixelPipeline", { steps: 50, guidance: 2 }],
  ["AnotherPipeline", { steps: 50, guidance: 7.5 }],
] as const)("a %s that says nothing is guided as its kind is", (name, expected) => {
  expect(generationDefaults(undefined, kindGeneration({ _class_name: name }))).toEqual(expected);
});

test.each([
  [{ num_inference_steps: 0 }, '"num_inference_steps"'],
  [{ guidance_scale: -1 }, '"guidance_scale"'],
  [{ steps: 3 }, "steps"],
])("%j is refused", (json, position) => {
  const refused = expect.objectContaining({ code: "model/generation", message: expect.stringContaining(position) });
  expect(() => generationDefaults(json)).toThrow(refused);
});
