import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { grad } from "../../autodiff/grad.ts";
import { memoryFiles } from "../../checkpoints/files.ts";
import { openModel as openFiles, readNetwork } from "../../checkpoints/open.ts";
import { readJson } from "../../checkpoints/read.ts";
import { simplify } from "../../compiler/passes/simplify.ts";
import type { Node, Tensor } from "../../graph/tensor.ts";
import { topological } from "../../graph/topological.ts";
import { sizeOf } from "../../graph/types.ts";
import { AutoencoderKL, parseAutoencoderConfig } from "../../models/autoencoder/index.ts";
import { parameters } from "../../nn/module.ts";
import { latentRgbIn } from "../../pipelines/preview/preview.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import type { TrainConfig } from "../config/config.ts";
import { activationCheckpointing } from "../loop/activation-checkpointing.ts";
import { openSession } from "../loop/session.ts";
import { trainingPlan } from "../run/plan.ts";
import { colorPlates, tinyConfig, tinyTask, tinyVae } from "../tiny.cases.ts";
import { openClip } from "./clip/folder.ts";
import type { TaskContext } from "./kind.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const training = { steps: 30, batch_size: 4, learning_rate: 1e-2, warmup_steps: 3, ema: { steps: 5 } };
const autoencoder = tinyConfig({
  task: "autoencoder",
  model: { vae: tinyVae },
  evaluation: { images: 5 },
  samples: { images: 2 },
  training,
});
const tower = { hidden_size: 16, intermediate_size: 16, num_hidden_layers: 1, num_attention_heads: 2 };
const clip = tinyConfig({
  task: "clip",
  model: {
    text_encoder: tower,
    image_encoder: { ...tower, patch_size: 4 },
    projection_dim: 8,
    tokenizer: { merges: 20, context: 8 },
  },
  evaluation: { images: 5 },
  training,
});

type Files = ReadonlyMap<string, Uint8Array | string>;
interface Trained {
  readonly losses: readonly number[];
  readonly metrics: Readonly<Record<string, number>>;
  readonly evaluation: Readonly<Record<string, number>>;
  readonly files: Files;
  readonly samples: readonly { readonly width: number; readonly height: number }[];
}

/** A whole run. */
async function trained(config: TrainConfig, context: Partial<TaskContext> = {}): Promise<Trained> {
  const task = await tinyTask(config, { runtime, ...context });
  await using session = await openSession({ config, task, runtime });
  const losses: number[] = [];
  let metrics = {};
  for await (const step of session.steps()) {
    losses.push(step.loss);
    metrics = step.metrics;
  }
  const { outputs } = session;
  const samples = (await outputs.samples?.()) ?? [];
  return { losses, metrics, evaluation: await outputs.evaluate!(), files: await outputs.modelFiles(), samples };
}

describe("an autoencoder", () => {
  let run: Trained;
  beforeAll(async () => {
    run = await trained(autoencoder);
  });

  test("learns, and tells its terms", () => {
    expect(run.losses.at(-1)).toBeLessThan(run.losses[0]! / 2);
    expect(Object.keys(run.metrics).sort()).toEqual(["gradient", "kl", "l1", "psnr", "squared"]);
    expect(run.evaluation["psnr"]).toBeGreaterThan(8);
  });

  test("is written with the scaling factor that makes its latents' deviation 1", async () => {
    const source = memoryFiles(run.files);
    const json = await readJson(source, "config.json");
    expect(json).toMatchObject({ _class_name: "AutoencoderKL", sample_size: 8, block_out_channels: [8, 8] });
    const { scaling_factor } = parseAutoencoderConfig(json);
    expect(scaling_factor * run.evaluation["latent_deviation"]!).toBeCloseTo(1, 1);
    expect(latentRgbIn(json)?.factors.flat()).toHaveLength(4 * 3); // how they look, for previews
    const names = parameters(AutoencoderKL(parseAutoencoderConfig(json)));
    const weights = await readNetwork(await openFiles(source), "AutoencoderKL", names);
    expect([...weights.keys()].sort()).toEqual([...names.keys()].sort());
  });

  test("shows images above their reconstructions", () => {
    const [sheet, ...extras] = run.samples;
    expect([sheet!.width, sheet!.height, extras.length]).toEqual([22, 22, 0]); // two by two of 8 pixels, with gaps of 2
  });

  test("goes on from one that was written", async () => {
    const { losses } = await trained(autoencoder, { initFrom: memoryFiles(run.files) });
    expect(losses[0]).toBeLessThan(0.7 * run.losses[0]!); // the moving average lags behind
  });

  test("keeps a scaling factor that is given", async () => {
    const config = tinyConfig({ ...autoencoder, model: { vae: { ...tinyVae, scaling_factor: 0.25 } } });
    const task = await tinyTask(config, { runtime });
    await using session = await openSession({ config, task, runtime });
    const files = await session.outputs.modelFiles();
    expect(await readJson(memoryFiles(files), "config.json")).toMatchObject({ scaling_factor: 0.25 });
  });

  describe("whose encoder is frozen", () => {
    const config = tinyConfig({
      ...autoencoder,
      training: { ...training, steps: 3, freeze: ["vae.encoder.*", "vae.quant_conv.*"] },
    });
    const isEncoder = (name: string) => /vae\.(encoder|quant_conv)\./.test(name);

    test("trains its decoder alone, from the weights that it begins with", async () => {
      const task = await tinyTask(config, { runtime, initFrom: memoryFiles(run.files) });
      const weights = await task.initial!();
      await using session = await openSession({ config, task, runtime });
      for await (const { loss } of session.steps()) expect(loss).toBeLessThan(run.losses[0]!);
      const { tensors } = await session.remembered();
      for (const [name, { data }] of weights) {
        const now = tensors[`weights/${name}`]!.data;
        if (isEncoder(name)) expect(now, name).toEqual(data);
      }
      const moved = [...weights].filter(
        ([name, { data }]) => !isEncoder(name) && differ(tensors[`weights/${name}`]!.data, data),
      );
      expect(moved.length).toBeGreaterThan(10);
      expect(Object.keys(tensors).filter((name) => isEncoder(name) && !name.startsWith("weights/"))).toEqual([]);
    });

    test("computes no gradient in it, and keeps no moments of it", async () => {
      const task = await tinyTask(config, { runtime });
      const [phase] = task.phases;
      const all = [...task.parameters];
      const behind = (sources: readonly (readonly [string, Tensor])[]) => {
        const slopes = grad(
          phase!.loss,
          sources.map(([, tensor]) => tensor),
        );
        const forward = new Set(topological([phase!.loss]));
        return topological(slopes).filter((node) => !forward.has(node));
      };
      const encoder = new Set(all.filter(([name]) => isEncoder(name)).map(([, { node }]) => node));
      const reads = (nodes: readonly Node[]) => nodes.filter(({ inputs }) => inputs.some((x) => encoder.has(x.node)));
      expect(reads(behind(all)).length).toBeGreaterThan(0);
      expect(reads(behind(all.filter(([name]) => !isEncoder(name))))).toEqual([]);
      const decoder = all.filter(([name]) => !isEncoder(name)).reduce((n, [, { shape }]) => n + sizeOf(shape), 0);
      const plan = trainingPlan(task, config.training);
      expect([plan.gradients, plan.optimizer, plan.averages]).toEqual([4 * decoder, 8 * decoder, 4 * decoder]);
    });
  });
});
const differ = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).some((value, i) => value !== b[i]);

describe("CLIP", () => {
  let run: Trained;
  beforeAll(async () => {
    run = await trained(clip);
  });

  test("learns which image belongs to which caption", () => {
    expect(run.losses.at(-1)).toBeLessThan(run.losses[0]! / 2);
    expect(run.evaluation).toEqual({ image_to_text: 1, text_to_image: 1 });
    expect(run.metrics["temperature"]).toBeGreaterThan(0);
  });

  test("is written as transformers lays it out, and goes on from there", async () => {
    const { config, json } = await openClip(memoryFiles(run.files));
    expect(json).toMatchObject({ model_type: "clip", architectures: ["CLIPModel"] });
    expect(config.vision_config).toMatchObject({ image_size: 8, patch_size: 4, projection_dim: 8 });
    expect(JSON.parse(String(run.files.get("preprocessor_config.json")))).toMatchObject({ size: { shortest_edge: 8 } });
    const { losses } = await trained(clip, { initFrom: memoryFiles(run.files) });
    expect(losses[0]).toBeLessThan(run.losses[0]! / 2);
  });

  test("keeps hard negatives in one batch", async () => {
    const grouped = { ...colorPlates, group: 3 };
    await expect(tinyTask(clip, { runtime, dataset: grouped })).rejects.toThrow(
      "a batch of 4 cuts through the groups of 3",
    );
  });

  test("cannot split its batch", async () => {
    const split = tinyConfig({ ...clip, training: { ...training, accumulate: 2 } });
    await expect(tinyTask(split, { runtime })).rejects.toThrow('"training.accumulate" cannot split a batch');
  });

  test("compares an autoencoder's images, and stays as it is", async () => {
    const { loss } = autoencoder as unknown as { readonly loss: object };
    const config = tinyConfig({ ...autoencoder, loss: { ...loss, features: { clip: "somewhere", weight: 0.1 } } });
    const modelFiles = async () => memoryFiles(run.files);
    const task = await tinyTask(config, { runtime, modelFiles });
    await using session = await openSession({ config, task, runtime });
    const before = (await session.remembered()).tensors;
    for await (const { step, metrics } of session.steps()) {
      expect(metrics["features"]).toBeGreaterThan(0);
      if (step === 3) break;
    }
    const after = (await session.remembered()).tensors;
    const name = "weights/features.vision_model.post_layernorm.weight";
    expect(after[name]!.data).toEqual(before[name]!.data);
    expect([...(await session.outputs.modelFiles()).keys()].sort()).toEqual([
      "config.json",
      "diffusion_pytorch_model.safetensors",
    ]);
  });
});

test("runs stand where their position says", async () => {
  for (const config of [autoencoder, clip]) {
    const task = await tinyTask(config, { runtime, dataset: colorPlates });
    const phase = task.phases[0]!;
    const { position } = await phase.next();
    const { feeds } = await phase.next();
    const other = await tinyTask(config, { runtime, dataset: colorPlates });
    other.restore(JSON.parse(JSON.stringify(position)));
    expect((await other.phases[0]!.next()).feeds).toEqual(feeds);
  }
});

test.each([
  ["autoencoder", autoencoder, "conv2d"],
  ["clip", clip, "softmax"],
] as const)("the blocks of %s are computed again where that is asked for", async (_, config, op) => {
  const count = async (context: Partial<TaskContext>) => {
    const { phases, parameters } = await tinyTask(config, { runtime, ...context });
    const { loss } = phases[0]!;
    const slopes = grad(loss, [...parameters.values()]);
    const outputs = Object.fromEntries([loss, ...slopes].map((tensor, i) => [String(i), tensor]));
    return topological(Object.values(simplify(outputs))).filter((node) => node.op.name === op).length;
  };
  expect(await count({ trace: activationCheckpointing })).toBeGreaterThan(await count({}));
});
