import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type OpenOptions, openTextToImage } from "../generate.node.ts";
import { planTextToImage } from "../text-to-image/plan.ts";
import { generationParameters } from "./parameters.ts";

const fixture = (path: string) => fileURLToPath(new URL(`../../../test/fixtures/conditioned/${path}`, import.meta.url));
const lora = fixture("adapters/lora-kohya.safetensors");
const embeddings = [{ file: fixture("adapters/inversion-embedding.safetensors"), word: "<thing>" }];

test.each<[OpenOptions, string, readonly string[] | undefined]>([
  [{}, "a horse", undefined],
  [{ loras: [{ file: lora }] }, "a horse", ["lora-kohya"]],
  [
    {
      loras: [
        { file: lora, scale: 0.8 },
        { file: lora, scale: 0 },
      ],
    },
    "a horse",
    ["lora-kohya:0.8"],
  ],
  [{ embeddings }, "a <thing>", ["<thing>"]],
  [{ embeddings }, "a horse", undefined],
  [{ vae: fixture("lcm/vae"), loras: [{ file: lora }], embeddings }, "<thing>", ["vae", "lora-kohya", "<thing>"]],
])("a recipe names what its file does not hold: %j, %s", async (files, prompt, needs) => {
  const model = await openTextToImage(fixture("sd"), files);
  const plan = await planTextToImage(model, { prompt, steps: 1, width: 16, height: 16 });
  const source = { model: "sd", version: "1", options: { prompt }, networks: model, otherVae: files.vae !== undefined };
  expect(generationParameters(plan, source).needs).toEqual(needs);
});
