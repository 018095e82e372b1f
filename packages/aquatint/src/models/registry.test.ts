import { expect, test } from "vitest";
import { makeModel } from "../../test/make-model.ts";
import { parameters } from "../nn/module.ts";

test.each([
  ["AutoencoderKL", 92],
  ["AutoencoderTiny", 134],
  ["CLIPModel", 398],
  ["CLIPTextModel", 196],
  ["CLIPTextModelWithProjection", 197],
  ["CLIPVisionModelWithProjection", 200],
  ["ControlNetModel", 340],
  ["ImageClassifier", 34],
  ["UNet2DConditionModel", 686],
  ["UNet2DModel", 432],
] as const)("%s is made from its defaults, with %i parameters", (name, count) => {
  expect(parameters(makeModel(name, {})).size).toBe(count);
});
