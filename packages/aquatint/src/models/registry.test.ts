import { expect, test } from "vitest";
import { type Child, parameters } from "../nn/module.ts";
import { models } from "./registry.ts";

test.each([
  ["CLIPTextModel", 196],
  ["UNet2DConditionModel", 686],
  ["UNet2DModel", 432],
] as const)("%s is made from its defaults, with %i parameters", (name, count) => {
  expect(parameters(make[name]()).size).toBe(count);
});

const { CLIPTextModel, UNet2DConditionModel, UNet2DModel } = models;
const make: { readonly [Name in keyof typeof models]: () => Child } = {
  CLIPTextModel: () => CLIPTextModel.create(CLIPTextModel.parseConfig({})),
  UNet2DConditionModel: () => UNet2DConditionModel.create(UNet2DConditionModel.parseConfig({})),
  UNet2DModel: () => UNet2DModel.create(UNet2DModel.parseConfig({})),
};
