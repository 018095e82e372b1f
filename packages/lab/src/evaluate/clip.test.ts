import { fileURLToPath } from "node:url";
import { tensorToImages } from "aquatint/formats";
import { diskFiles, nodeRuntime, openDataset } from "aquatint/node";
import { expect, test } from "vitest";
import { openClipJudge } from "./clip.ts";

const clip = await diskFiles(fileURLToPath(new URL("../../../model-emoji/judge/clip", import.meta.url)));
const scenes = {
  ...{ name: "emoji-scenes", size: 128, styles: ["3d"], backgrounds: { solid: 1 } },
  names: ["red apple", "banana", "cat", "dog", "penguin", "guitar", "house", "rocket"],
  templates: { single: 1 },
};

test("CLIP finds real renders by their captions, and not by each other's", async () => {
  const dataset = await openDataset(scenes);
  const [height, width] = dataset.size;
  const { images, captions } = await dataset.stream({ seed: 5 }).next(24);
  const real = tensorToImages(images, { width, height });
  await using runtime = await nodeRuntime({ threads: 1 });
  await using judge = await openClipJudge(clip, { runtime, size: dataset.size });
  const matching = await judge.fit(real, captions);
  const shifted = await judge.fit(real, [...captions.slice(1), captions[0]!]);
  expect(matching.imageToText).toBeGreaterThan(0.8);
  expect(matching.textToImage).toBeGreaterThan(0.8);
  expect(shifted.imageToText).toBeLessThan(0.2);
  expect(matching.score).toBeGreaterThan(shifted.score + 20);
  expect(matching.score).toBeLessThanOrEqual(100);
});

test("a CLIP model for other sizes is refused", async () => {
  await using runtime = await nodeRuntime({ threads: 1 });
  await expect(openClipJudge(clip, { runtime, size: [32, 32] })).rejects.toMatchObject({ code: "evaluate/clip-size" });
});
