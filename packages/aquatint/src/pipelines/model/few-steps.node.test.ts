import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyLatentModel } from "../../../test/tiny-latent-model.ts";
import { writeFiles } from "../../../test/tiny-pixel-model.ts";
import { extractLora } from "../../checkpoints/lora/extract.ts";
import { openModel } from "../../checkpoints/open.node.ts";
import { componentOf } from "../../checkpoints/open.ts";
import { readTensors } from "../../checkpoints/read.ts";
import { fromFloat32 } from "../../formats/safetensors/half.ts";
import { encodeSafetensors } from "../../formats/safetensors/safetensors.ts";
import { float32, float32Data } from "../../graph/host-tensor.ts";
import type { HostTensor } from "../../graph/types.ts";
import { torchCpu } from "../../math/random.ts";
import { type GenerateOptions, generate, prepareGeneration } from "../generate.node.ts";
import { fromMetadata, generationParameters } from "../index.ts";

const ddim = { _class_name: "DDIMScheduler", timestep_spacing: "trailing" };
const fewSteps = { lora: "few-steps.safetensors", num_inference_steps: 3, guidance_scale: 1, scheduler: ddim };
const prompt = "one";

let folder: string;
let [base, tuned] = ["", ""];

/** The model with changed weights of its U-Net's layers, and with the form of few steps that makes the same. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aquatint-few-steps-"));
  [base, tuned] = [join(folder, "base"), join(folder, "tuned")];
  for (const path of [base, tuned]) await writeFiles(path, await tinyLatentModel());
  const { weights } = componentOf(await openModel(base), "UNet2DConditionModel");
  const before = await readTensors(weights);
  const after = new Map(
    Array.from(before, ([name, tensor], i) => [name, isLayer(name, tensor) ? moved(tensor, i) : tensor]),
  );
  await writeFile(join(tuned, "unet/diffusion_pytorch_model.safetensors"), encoded(after));
  await writeFile(join(tuned, "scheduler/scheduler_config.json"), await scheduler(base));
  const { tensors, shares } = extractLora({ component: "unet", base: before, tuned: after, rank: 1000 });
  expect(Math.min(...shares.values())).toBeGreaterThan(0.999);
  await writeFile(join(base, fewSteps.lora), encoded(tensors));
  await writeFile(
    join(base, "generation_config.json"),
    JSON.stringify({ num_inference_steps: 7, few_steps: fewSteps }),
  );
});
afterAll(() => rm(folder, { recursive: true }));

const isLayer = (name: string, { shape }: HostTensor) => name.endsWith(".weight") && shape.length > 1;
const moved = (tensor: HostTensor, seed: number) => {
  const noise = torchCpu(seed).randn(tensor.data.length);
  return float32(
    tensor.shape,
    float32Data(tensor).map((value, i) => value + 0.02 * noise[i]!),
  );
};
const encoded = (tensors: ReadonlyMap<string, HostTensor>) =>
  encodeSafetensors(
    new Map(Array.from(tensors, ([name, tensor]) => [name, fromFloat32(float32Data(tensor), tensor.shape, "F32")])),
  );
const scheduler = async (path: string) => JSON.stringify({ ...(await openModel(path)).scheduler, ...ddim });

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

test("scales of other LoRAs keep their order", async () => {
  const lora = { file: join(base, fewSteps.lora), scale: 0.5 };
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
  [{}, /names no LoRA/],
  [{ lora: "x", steps: 4 }, /unknown key "steps"/],
  [{ lora: "x", num_inference_steps: 0 }, /num_inference_steps/],
  [{ lora: "absent.safetensors" }, /absent\.safetensors/],
])("a damaged entry is refused: %j", async (few_steps, message) => {
  const path = join(await mkdtemp(join(folder, "damaged-")), "model");
  await writeFiles(path, await tinyLatentModel());
  await writeFile(join(path, "generation_config.json"), JSON.stringify({ few_steps }));
  await expect(prepareGeneration({ model: path, prompt, fewSteps: true })).rejects.toThrow(message);
});
