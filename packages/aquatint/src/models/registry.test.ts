import { expect, test } from "vitest";
import { type Child, parameters } from "../nn/module.ts";
import { models } from "./registry.ts";

test.each([
  ["AutoencoderKL", 92],
  ["CLIPModel", 398],
  ["CLIPTextModel", 196],
  ["CLIPTextModelWithProjection", 197],
  ["CLIPVisionModelWithProjection", 200],
  ["PictureClassifier", 32],
  ["UNet2DConditionModel", 686],
  ["UNet2DModel", 432],
] as const)("%s is made from its defaults, with %i parameters", (name, count) => {
  expect(parameters(make[name]()).size).toBe(count);
});

const { AutoencoderKL, CLIPModel, CLIPTextModel, CLIPTextModelWithProjection, CLIPVisionModelWithProjection } = models;
const { PictureClassifier, UNet2DConditionModel, UNet2DModel } = models;
const make: { readonly [Name in keyof typeof models]: () => Child } = {
  AutoencoderKL: () => AutoencoderKL.create(AutoencoderKL.parseConfig({})),
  CLIPModel: () => CLIPModel.create(CLIPModel.parseConfig({})),
  CLIPTextModel: () => CLIPTextModel.create(CLIPTextModel.parseConfig({})),
  CLIPTextModelWithProjection: () => CLIPTextModelWithProjection.create(CLIPTextModelWithProjection.parseConfig({})),
  CLIPVisionModelWithProjection: () =>
    CLIPVisionModelWithProjection.create(CLIPVisionModelWithProjection.parseConfig({})),
  PictureClassifier: () => PictureClassifier.create(PictureClassifier.parseConfig({})),
  UNet2DConditionModel: () => UNet2DConditionModel.create(UNet2DConditionModel.parseConfig({})),
  UNet2DModel: () => UNet2DModel.create(UNet2DModel.parseConfig({})),
};
