import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evaluate } from "../../../../test/evaluate.ts";
import { type ModelFiles, memoryFiles } from "../../../checkpoints/files.ts";
import { openModel } from "../../../checkpoints/open.ts";
import type { HostTensor } from "../../../graph/types.ts";
import { torchCpu } from "../../../math/random.ts";
import { AutoencoderKL, parseAutoencoderConfig } from "../../../models/autoencoder/index.ts";
import { CLIPModel, parseClipConfig } from "../../../models/clip/index.ts";
import { initialize } from "../../../nn/init.ts";
import { type Module, parameters } from "../../../nn/module.ts";
import { input } from "../../../ops/leaves.ts";
import { encodeComponent } from "../../../pipelines/model/encode-folder.ts";
import { textToImageModel } from "../../../pipelines/model/text-to-image-model.ts";
import { nodeRuntime } from "../../../runtime/runtime.node.ts";
import type { Runtime } from "../../../runtime/types.ts";
import { openSession } from "../../loop/session.ts";
import { tinyConfig, tinyConfigs, tinyTask, tinyTokenizer, tinyVae } from "../../tiny.cases.ts";
import { encodeClip } from "../clip/folder.ts";
import { vocabularyConfig } from "../vocabulary.ts";
import { trainingLatents } from "./latents.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const drawn = (network: Module, seed: number): ReadonlyMap<string, HostTensor> =>
  new Map(Object.entries(initialize(parameters(network), torchCpu(seed))));

const vaeConfig = { ...tinyVae, scaling_factor: 2.5 };
const vae = AutoencoderKL(parseAutoencoderConfig(vaeConfig));
const tower = { hidden_size: 16, intermediate_size: 16, num_hidden_layers: 1, num_attention_heads: 2 };
const clipConfig = {
  projection_dim: 8,
  text_config: { ...vocabularyConfig(tinyTokenizer), projection_dim: 8, ...tower },
  vision_config: { image_size: 8, projection_dim: 8, patch_size: 4, ...tower },
};
const vaeWeights = drawn(vae, 1);
const clipWeights = drawn(CLIPModel(parseClipConfig(clipConfig)), 2);

/** Folders of the autoencoder's and CLIP's runs. */
const folders: Readonly<Record<string, ModelFiles>> = {
  coder: memoryFiles(
    new Map(encodeComponent({ folder: "", className: "AutoencoderKL", config: vaeConfig, weights: vaeWeights })),
  ),
  clip: memoryFiles(encodeClip({ config: clipConfig, side: 8, tokenizerFiles: tinyTokenizer, weights: clipWeights })),
};
const folderAt = async (folder: string) => folders[folder]!;
const gone = () => Promise.reject(new Error("the folder is gone"));

const { sample_size: _, in_channels: __, out_channels: ___, ...unet } = tinyConfigs.unet;
const config = tinyConfig({
  model: {
    unet,
    vae: "coder",
    text_encoder: "clip",
    scheduler: {
      _class_name: "DPMSolverMultistepScheduler",
      beta_schedule: "cosine",
      max_beta: 0.999,
      prediction_type: "v_prediction",
    },
    generation: { num_inference_steps: 7 },
  },
  objective: { min_snr_gamma: 5 },
  evaluation: { images: 18 },
  samples: { prompts: ["red"], steps: 2 },
  training: { steps: 12, batch_size: 4, accumulate: 2, learning_rate: 1e-2, warmup_steps: 2, ema: { steps: 3 } },
});

describe("a U-Net on latents", () => {
  test("learns, leaves the frozen parts alone, and is written as a whole pipeline that opens", async () => {
    const task = await tinyTask(config, { runtime, modelFiles: folderAt });
    await using session = await openSession({ config, task, runtime });
    const { outputs } = session;
    const { tensors: saved } = await session.remembered();
    const before = await outputs.evaluate!();
    for await (const { metrics } of session.steps()) expect(Object.keys(metrics).length).toBeGreaterThan(0);
    const after = await outputs.evaluate!();
    expect(after["loss"]).toBeLessThan(before["loss"]!);
    expect(await outputs.evaluate!()).toEqual(after);
    expect(Object.keys(after)).toEqual(["loss", "loss_0_25", "loss_25_50", "loss_50_75", "loss_75_100"]);
    const { tensors } = await session.remembered();
    const frozen = Object.entries(saved).filter(([key]) => /^weights\/(vae|text_encoder)/.test(key));
    expect(frozen.length).toBeGreaterThan(0);
    for (const [key, { data }] of frozen) expect(tensors[key]!.data, key).toEqual(data);
    expect(Object.keys(tensors).filter((key) => /^(ema|adam.*)\/(vae|text_encoder)/.test(key))).toEqual([]);

    expect(await outputs.samples!()).toMatchObject([{ width: 8, height: 8 }]);
    const files = await outputs.modelFiles();
    const index = JSON.parse(String(files.get("model_index.json")));
    expect(index).toMatchObject({ _class_name: "StableDiffusionPipeline", vae: ["diffusers", "AutoencoderKL"] });
    expect(index).toMatchObject({ safety_checker: [null, null], tokenizer: ["transformers", "CLIPTokenizer"] });
    const reopened = await textToImageModel(await openModel(memoryFiles(files)));
    expect(reopened.generation).toEqual({ steps: 7, guidance: 2 });
    expect(reopened.configs.unet).toMatchObject({ sample_size: 4, in_channels: 4, out_channels: 4 });
    expect(reopened.configs.vae).toMatchObject({ scaling_factor: 2.5 });
    expect((await reopened.weights()).has("vae.decoder.conv_in.weight")).toBe(true);
  });

  test("trains a text tower on that CLIP began, where it is told to", async () => {
    const { model, ...rest } = config as typeof config & { readonly model: object };
    const along = { ...rest, model: { ...model, train_text_encoder: true } };
    const task = await tinyTask(along, { runtime, modelFiles: folderAt });
    expect(task.frozen).toEqual(["vae.*"]);
    await using session = await openSession({ config, task, runtime });
    const weights = await task.initial!();
    for await (const { step } of session.steps()) if (step === 3) break;
    const { tensors } = await session.remembered();
    const moved = [...weights].filter(([name, { data }]) =>
      tensors[`weights/${name}`]!.data.some((v, i) => v !== data[i]),
    );
    expect(moved.every(([name]) => name.startsWith("text_encoder."))).toBe(true);
    expect(moved.length).toBeGreaterThan(5);
  });

  test("goes on without the folders that it began with", async () => {
    const task = await tinyTask(config, { runtime, modelFiles: folderAt });
    const { position } = await task.phases[0]!.next();
    const { feeds } = await task.phases[0]!.next();
    const again = await tinyTask(config, { runtime, modelFiles: gone, assets: task.assets! });
    again.restore(JSON.parse(JSON.stringify(position)));
    expect((await again.phases[0]!.next()).feeds).toEqual(feeds);
    expect(again.assets).toEqual(task.assets);
  });

  test("begins with a whole model's parts, the frozen ones too", async () => {
    const task = await tinyTask(config, { runtime, modelFiles: folderAt });
    await using session = await openSession({ config, task, runtime });
    const initFrom = memoryFiles(await session.outputs.modelFiles());
    const next = await tinyTask(config, { runtime, modelFiles: gone, initFrom });
    expect([...(await next.initial!()).keys()].sort()).toEqual([...next.parameters.keys()].sort());
    expect(next.frozen).toEqual(["vae.*", "text_encoder.*"]);
  });

  test("takes pixels for what they are", async () => {
    const space = trainingLatents({ modules: {}, size: [8, 8], latents: "sample" });
    const draws = torchCpu(0);
    expect(space.feeds(new Float32Array(2 * 192), draws)).toMatchObject({ x0: { shape: [2, 3, 8, 8] } });
    expect(draws.snapshot()).toEqual(torchCpu(0).snapshot());
  });

  test("sees latents of deviation near 1: the mean, or a sample, times the scaling factor", async () => {
    const shape = [2, 3, 8, 8];
    const images = { dtype: "float32", shape, data: torchCpu(5).randn(384) } as const;
    const binding = {
      names: parameters({ vae }),
      values: new Map(Array.from(vaeWeights, ([name, value]) => [`vae.${name}`, value])),
    };
    expect(() => trainingLatents({ modules: { vae }, size: [8, 8], latents: "mean" })).toThrow("no distributions");
    const spaceOf = (latents: "sample" | "mean") =>
      trainingLatents({ modules: { posterior: vae }, size: [8, 8], latents });
    const { mean, logVariance } = vae.encode(input({ name: "images", dtype: "float32", shape }));
    const moments = await evaluate(runtime, { mean, logVariance }, { feeds: { images }, ...binding });
    for (const latents of ["mean", "sample"] as const) {
      const feeds = spaceOf(latents).feeds(images.data, torchCpu(9));
      const { x0 } = await evaluate(runtime, { x0: spaceOf(latents).x0(2) }, { feeds, ...binding });
      const z = feeds["z"]?.data ?? new Float32Array(moments["mean"]!.data.length);
      const expected = Array.from(moments["mean"]!.data, (m, i) => {
        return 2.5 * (m + Math.exp(moments["logVariance"]!.data[i]! / 2) * z[i]!);
      });
      expect(Math.max(...expected.map((value, i) => Math.abs(value - x0!.data[i]!)))).toBeLessThan(1e-4);
    }
  });
});
