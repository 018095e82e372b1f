import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyFewSteps } from "../../../test/tiny-few-steps.ts";
import { tinyLatentModel } from "../../../test/tiny-latent-model.ts";
import { writeFiles } from "../../../test/tiny-pixel-model.ts";
import { type GenerateOptions, generate, prepareGeneration } from "../generate.node.ts";
import { fromMetadata, generationParameters } from "../index.ts";

const prompt = "one";

let folder: string;
let [base, tuned, ownLora] = ["", "", ""];

/** The model with changed weights of its U-Net's layers, and with the form of few steps that makes the same. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aquatint-few-steps-"));
  [base, tuned] = [join(folder, "base"), join(folder, "tuned")];
  const { share, lora: file, ...models } = await tinyFewSteps();
  expect(share).toBeGreaterThan(0.999);
  ownLora = file;
  await writeFiles(base, models.base);
  await writeFiles(tuned, models.tuned);
});
afterAll(() => rm(folder, { recursive: true }));

async function image(options: GenerateOptions): Promise<Uint8ClampedArray | Uint8Array> {
  for await (const event of generate({ seed: 3, threads: 1, keepAlive: 0, ...options }))
    if (event.type === "image") return event.image.data;
  throw new Error("no image");
}
const largest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((max, v, i) => Math.max(max, Math.abs(v - b[i]!)), 0);

test("few steps make the image of the weights that the LoRA was extracted from", async () => {
  const few = await image({ model: base, prompt, fewSteps: true });
  const expected = await image({ model: tuned, prompt, steps: 3, guidance: 1 });
  expect(largest(few, expected)).toBeLessThanOrEqual(1);
  const usual = await image({ model: base, prompt, steps: 3, guidance: 1 });
  expect(largest(few, usual)).toBeGreaterThan(8);
});

test("the model's defaults are those of the form, and the recipe names it and makes the image again", async () => {
  const usual = await prepareGeneration({ model: base, prompt });
  expect(usual.plans[0]).toMatchObject({ steps: 7 });
  const { plans, model } = await prepareGeneration({ model: base, prompt, seed: 3, fewSteps: true });
  expect(plans[0]).toMatchObject({ steps: 3, guidance: 1, samplerName: "ddim" });
  const recipe = generationParameters(plans[0]!, { model: "base", version: "1", options: { prompt }, networks: model });
  expect(recipe).toMatchObject({ fewSteps: true, steps: 3 });
  expect(recipe.needs).toBeUndefined();
  const metadata = { source: "aquatint", settings: recipe } as never;
  const { options, fewSteps: again } = fromMetadata(metadata, { name: "a.png" });
  expect(again).toBe(true);
  expect(await image({ model: base, fewSteps: again, ...options })).toEqual(
    await image({ model: base, prompt, fewSteps: true }),
  );
});

test("a form without a LoRA is other defaults alone, and its recipe makes the image again", async () => {
  const path = join(folder, "plain");
  await writeFiles(path, await tinyLatentModel());
  const scheduler = { _class_name: "DDIMScheduler", timestep_spacing: "trailing" };
  const few_steps = { num_inference_steps: 3, guidance_scale: 2, scheduler };
  await writeFile(join(path, "generation_config.json"), JSON.stringify({ few_steps }));
  const { plans, model } = await prepareGeneration({ model: path, prompt, seed: 3, fewSteps: true });
  expect(plans[0]).toMatchObject({ steps: 3, guidance: 2, samplerName: "ddim" });
  const settings = generationParameters(plans[0]!, {
    model: "plain",
    version: "1",
    options: { prompt },
    networks: model,
  });
  const { options, fewSteps } = fromMetadata({ source: "aquatint", settings } as never, { name: "a.png" });
  expect(await image({ model: path, fewSteps, ...options })).toEqual(
    await image({ model: path, prompt, fewSteps: true }),
  );
});

test("scales of other LoRAs keep their order", async () => {
  const lora = { file: join(base, ownLora), scale: 0.5 };
  const { plans } = await prepareGeneration({ model: base, prompt, fewSteps: true, loras: [lora] });
  expect(plans[0]!.conditioning.loraScales).toEqual([0.5, 1]);
  const request = { model: base, prompt, fewSteps: true, loras: [lora], loraScales: [0] };
  expect(await image(request)).toEqual(await image({ model: base, prompt, fewSteps: true }));
  await expect(prepareGeneration({ ...request, loraScales: [0, 0] })).rejects.toMatchObject({ code: "generate/lora" });
});

test("a model without a form of few steps is refused", async () => {
  await expect(prepareGeneration({ model: tuned, prompt, fewSteps: true })).rejects.toMatchObject({
    code: "model/few-steps",
    hint: expect.stringMatching(/LCM/),
  });
});

test.each([
  [{ lora: 4 }, /lora/],
  [{ lora: "x", steps: 4 }, /unknown key "steps"/],
  [{ lora: "x", num_inference_steps: 0 }, /num_inference_steps/],
  [{ lora: "absent.safetensors" }, /absent\.safetensors/],
])("a damaged entry is refused: %j", async (few_steps, message) => {
  const path = join(await mkdtemp(join(folder, "damaged-")), "model");
  await writeFiles(path, await tinyLatentModel());
  await writeFile(join(path, "generation_config.json"), JSON.stringify({ few_steps }));
  await expect(prepareGeneration({ model: path, prompt, fewSteps: true })).rejects.toThrow(message);
});
