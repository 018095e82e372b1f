import { expect, test } from "vitest";
import { memoryEstimate } from "./memory.ts";
import type { Model, ModelComponent } from "./types.ts";

const part = (className: string, config: object) =>
  ({ className, config, weights: new Map([["weight", { shape: [100] }]]) }) as unknown as ModelComponent;
const checkpoint = (...parts: readonly (readonly [string, ModelComponent])[]) =>
  ({ components: new Map(parts) }) as unknown as Model;

const blocks = { block_out_channels: [320, 640, 1280, 1280], layers_per_block: 2 };
const latents = part("UNet2DConditionModel", { ...blocks, in_channels: 4, sample_size: 64 });
const pixels = part("UNet2DConditionModel", { ...blocks, in_channels: 3, sample_size: 64 });
const vae = part("AutoencoderKL", { block_out_channels: [8, 8, 8, 8] });
const estimate = (...parts: readonly (readonly [string, ModelComponent])[]) =>
  memoryEstimate(checkpoint(...parts), { batch: 1 })!;

test("a U-Net of latents without its autoencoder computes with an eighth of the pixels' sides", () => {
  const alone = estimate(["unet", latents]);
  expect(alone).toMatchObject({ width: 512, height: 512, weights: 400 });
  expect(alone.activations).toBe(estimate(["unet", latents], ["vae", vae]).activations);
});

test("without a size it is that of the configuration: pixels where the U-Net takes images", () => {
  expect(estimate(["unet", pixels])).toMatchObject({ width: 64, height: 64 });
  expect(memoryEstimate(checkpoint(["unet", pixels]), { size: { width: 32, height: 16 }, batch: 1 })).toMatchObject({
    ...{ width: 32, height: 16 },
  });
});

test("Stable Diffusion 1.5's U-Net is said to compute with what was measured, 0.36 GB beside its weights, to a factor of 3", () => {
  const { activations } = estimate(["unet", latents]);
  expect(activations).toBeGreaterThan(0.36e9 / 3);
  expect(activations).toBeLessThan(0.36e9 * 3);
});
