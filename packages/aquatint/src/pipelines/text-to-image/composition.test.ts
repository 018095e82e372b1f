import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tinyPixelModel } from "../../../test/tiny-pixel-model.ts";
import { memoryFiles } from "../../checkpoints/files.ts";
import { type Latent, lin, rowsOf } from "../../diffusion/process/latent.ts";
import { encodeSafetensors } from "../../formats/safetensors/safetensors.ts";
import { torchCpu } from "../../math/random.ts";
import { initialize } from "../../nn/init.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { concatFloat32 } from "../../util/concat.ts";
import { itemAt } from "../../util/items.ts";
import { withControlNets } from "../adapters/controlnet.node.ts";
import { controlParameters, describedControlNet } from "../adapters/controlnet.ts";
import { encodedConditioning } from "../conditioning/conditions.ts";
import { openTextToImage } from "../generate.node.ts";
import { planMemoryLimit } from "../memory/plan.node.ts";
import { rehearsedImages } from "../memory/rehearsal.ts";
import type { TextToImageModel } from "../model/model-folder.ts";
import { type TextToImageNetwork, textToImageNetwork } from "../network/network.ts";
import type { TextToImageOptions } from "./options.ts";
import { planTextToImage, type TextToImagePlan } from "./plan.ts";
import { textToImage } from "./text-to-image.ts";

const fixture = (path: string) => fileURLToPath(new URL(`../../../test/fixtures/conditioned/${path}`, import.meta.url));
const SEEDS = [3, 4];
let runtime: Runtime;
let folder: string;
beforeAll(async () => {
  runtime = await nodeRuntime();
  folder = await mkdtemp(join(tmpdir(), "aquatint-composition-"));
});
afterAll(async () => {
  await runtime[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const open = async (model: TextToImageModel) =>
  textToImageNetwork({ runtime, modules: model.modules, ...(await model.binding()) });

/** The latents of all images at the end of a run. */
async function latents(network: TextToImageNetwork, plan: TextToImagePlan) {
  const last = new Map<number, Latent>();
  for await (const event of textToImage(network, plan, { seeds: SEEDS })) {
    if (event.type === "evaluation") last.set(event.row, event.latent);
  }
  return concatFloat32([...last.values()]);
}

function expectClose(actual: Latent, expected: Latent, tolerance = 1e-5) {
  expect(actual).toHaveLength(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  expect(Math.max(...actual.map((v, i) => Math.abs(v - expected[i]!)))).toBeLessThan(tolerance * scale);
}

type Part = readonly [prompt: string, weight: number];

interface Composed {
  readonly model: TextToImageModel;
  readonly network: TextToImageNetwork;
  readonly plan: TextToImagePlan;
}

/** A network that answers guidance by the sum that defines AND, from one call for each prompt. */
async function summed(
  { model, network, plan }: Composed,
  options: TextToImageOptions,
  parts: readonly Part[],
): Promise<TextToImageNetwork> {
  const plans = await Promise.all(parts.map(([prompt]) => planTextToImage(model, { ...options, prompt })));
  const rows = SEEDS.length;
  const conditions = await Promise.all(
    plans.map(({ conditioning }) => encodedConditioning(network, conditioning, { rows })),
  );
  let step = plan.begin;
  const predict: TextToImageNetwork["predict"] = async (x, t, _, rest) => {
    const calls: Latent[][] = [];
    for (const at of conditions) calls.push([...rowsOf(await network.predict(x, t, at(step), rest), 2)]);
    step++;
    const unconditional = calls[0]![0]!;
    const total = parts.reduce((sum, [, weight]) => sum + weight, 0);
    const terms = parts.map(([, weight], k) => [weight, calls[k]![1]!] as const);
    return concatFloat32([unconditional, lin([1 - total, unconditional], ...terms)]);
  };
  return { ...network, predict };
}

/** The pixel model with a ControlNet of random weights. */
async function controlled(): Promise<TextToImageModel> {
  const config = {
    in_channels: 3,
    block_out_channels: [8, 16],
    down_block_types: ["DownBlock2D", "CrossAttnDownBlock2D"],
    layers_per_block: 1,
    attention_head_dim: 2,
    cross_attention_dim: 16,
    norm_num_groups: 4,
    conditioning_embedding_out_channels: [2],
  };
  const path = join(folder, "control");
  const normals = torchCpu(1);
  const weights = Object.entries(initialize(controlParameters(describedControlNet("control", config)), torchCpu(0)));
  // its last convolutions begin as zeros
  const tensors = weights.map(([name, tensor]) => {
    const data = /controlnet_(down|mid)/.test(name) ? normals.randn(tensor.data.length) : tensor.data;
    return [name, { ...tensor, dtype: "F32", data: new Uint8Array(Float32Array.from(data).buffer) }] as const;
  });
  await mkdir(path);
  await writeFile(join(path, "config.json"), JSON.stringify({ _class_name: "ControlNetModel", ...config }));
  await writeFile(join(path, "diffusion_pytorch_model.safetensors"), encodeSafetensors(new Map(tensors)));
  return withControlNets(await pixels(), [path]);
}

const pixels = () => openTextToImage(memoryFiles(tinyPixelModel()));
const image = (side: number, planes: number, value: (i: number) => number) => ({
  width: side,
  height: side,
  data: Float32Array.from({ length: planes * side * side }, (_, i) => value(i)),
});
const loras = [{ file: fixture("adapters/lora-kohya.safetensors"), scale: 0.8 }];
const small = { width: 16, height: 16 };

const models: readonly [string, () => Promise<TextToImageModel>, Partial<TextToImageOptions>][] = [
  ["Stable Diffusion", () => openTextToImage(fixture("sd")), small],
  ["a LoRA", () => openTextToImage(fixture("sd"), { loras }), { ...small, loraScales: [0.6] }],
  ["SDXL, without a negative prompt", () => openTextToImage(fixture("xl")), small],
  ["SDXL, with one", () => openTextToImage(fixture("xl")), { ...small, negative: "a dog", clipSkip: 1 }],
  ["SDXL's refiner", () => openTextToImage(fixture("xl-refiner")), { ...small, aestheticScore: 7 }],
  ["a ControlNet", controlled, { controls: [{ image: image(8, 3, Math.sin), scale: 0.7 }] }],
];
const variants: readonly [string, Partial<TextToImageOptions>][] = [
  ["a rescale of guidance", { guidanceRescale: 0.7 }],
  ["a sampler with the output without a prompt", { sampler: "Euler CFG++" }],
  ["guidance 1, whose weights add up to 0.4", { guidance: 1 }],
  ["guidance below 1", { guidance: 0.5 }],
  ["an image to start from", { init: image(8, 3, Math.sin), strength: 0.6 }],
  ["an image to paint into", { init: image(8, 3, Math.sin), mask: image(8, 1, (i) => Number(i % 8 < 4)) }],
];

describe("AND is the weighted sum of its prompts' guidance", () => {
  // as many tokens each, so that they are padded alike
  const parts: readonly Part[] = [
    [`[a horse:horse a:0.5] ${"a red horse ".repeat(40)}`, 1.2],
    [`horse a ${"horse red a ".repeat(40)}`, -0.8],
  ];
  const prompt = parts.map(([text, weight]) => `${text} :${weight}`).join(" AND ");

  async function expectSum(model: TextToImageModel, changes: Partial<TextToImageOptions>) {
    await using network = await open(model);
    const options = { steps: 4, guidance: 3, sampler: "Euler", promptSyntax: "a1111", ...changes } as const;
    const composed = await latents(network, await planTextToImage(model, { ...options, prompt }));
    // planned with guidance, which a single prompt has none of up to scale 1
    const single = { ...options, guidance: 3, prompt: itemAt(parts, 0)[0] };
    const plan = { ...(await planTextToImage(model, single)), guidance: options.guidance ?? 1 };
    expectClose(composed, await latents(await summed({ model, network, plan }, single, parts), plan));
  }

  test.each(models)("in a model of %s", async (_, load, options) => expectSum(await load(), options));
  test.each(variants)("with %s", async (_, options) => expectSum(await pixels(), options));
});

describe("a prompt joined with itself", () => {
  const options = { steps: 3, guidance: 4, sampler: "Euler", promptSyntax: "a1111" } as const;
  const weighted: readonly (readonly [string, Partial<TextToImageOptions>])[] = [
    ["a red apple :0.5 AND a red apple :0.5", {}],
    ["a red apple AND a blue cat :0", {}],
    ["a red apple :0.25 AND a red apple:0.75", { guidance: 1 }],
    ["a red apple :2", { guidance: 2 }],
    ["a red apple :3 AND a red apple :-2", { hires: { scale: 1.5 } }],
  ];
  test.each(weighted)("gives the single one's image: %s", async (prompt, changes) => {
    const model = await pixels();
    await using network = await open(model);
    const run = { ...options, ...changes };
    const single = await planTextToImage(model, {
      ...options,
      ...changes,
      guidance: run.guidance === 2 ? 4 : run.guidance,
      prompt: "a red apple",
    });
    expectClose(
      await latents(network, await planTextToImage(model, { ...run, prompt })),
      await latents(network, single),
    );
  });
});

test("each prompt is a row of every call for each image, and is in the estimate of memory", async () => {
  const model = await pixels();
  await using network = await open(model);
  const rows: number[] = [];
  const predict: TextToImageNetwork["predict"] = (x, ...rest) => {
    rows.push(itemAt(x.shape, 0));
    return network.predict(x, ...rest);
  };
  const plan = (prompt: string, guidance: number) =>
    planTextToImage(model, { prompt, steps: 1, guidance, sampler: "Euler", promptSyntax: "a1111" });
  const run = async (prompt: string, guidance: number) => {
    rows.length = 0;
    await latents({ ...network, predict }, await plan(prompt, guidance));
    return rows;
  };
  expect(await run("a cat AND a red apple AND a blue cat", 4)).toEqual([4 * SEEDS.length]);
  expect(await run("a cat :0.7 AND a red apple :0.2 AND a blue cat :0.1", 1)).toEqual([3 * SEEDS.length]);
  expect(await run("a cat AND a red apple", 1)).toEqual([3 * SEEDS.length]);
  const bytes = async (prompt: string) => {
    const planned = await plan(prompt, 4);
    const run = rehearsedImages({ model, plan: planned, seeds: SEEDS, resized: async () => planned });
    const limit = { ...run, maxMemory: 1e12, baseline: () => 0 };
    return (await planMemoryLimit(limit))?.bytes ?? 0;
  };
  expect(await bytes("a cat AND a red apple AND a blue cat")).toBeGreaterThan(await bytes("a cat"));
});
