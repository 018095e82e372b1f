import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noiseWeights } from "../../../../test/evaluate.ts";
import { memoryFiles } from "../../../checkpoints/files.ts";
import { PatchCritic } from "../../../models/autoencoder/index.ts";
import { ImageClassifier, parseClassifierConfig } from "../../../models/classifier/index.ts";
import { parameters } from "../../../nn/module.ts";
import { input } from "../../../ops/leaves.ts";
import { encodeComponent } from "../../../pipelines/model/encode-folder.ts";
import { nodeRuntime } from "../../../runtime/runtime.node.ts";
import type { Runtime } from "../../../runtime/types.ts";
import { openSession } from "../../loop/session.ts";
import { tinyConfig, tinyTask, tinyVae } from "../../tiny.cases.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const training = { steps: 30, batch_size: 4, learning_rate: 5e-3, warmup_steps: 3, ema: { steps: 5 } };
const configOf = (loss: object) => tinyConfig({ task: "autoencoder", model: { vae: tinyVae }, loss, training });

/** The folder of a classifier with weights of its own. */
function classifierFolder() {
  const config = { block_out_channels: [4, 8], norm_num_groups: 2, classes: ["a"] };
  const weights = noiseWeights(parameters(ImageClassifier(parseClassifierConfig(config))));
  return memoryFiles(new Map(encodeComponent({ folder: "", className: "ImageClassifier", config, weights })));
}

describe("features of a classifier", () => {
  const config = configOf({ features: { classifier: "somewhere", weight: 0.5 } });

  test("come closer, while its weights stay as they are", async () => {
    const task = await tinyTask(config, { runtime, modelFiles: async () => classifierFolder() });
    await using session = await openSession({ config, task, runtime });
    const before = (await session.remembered()).tensors;
    const distances: number[] = [];
    for await (const { metrics } of session.steps()) distances.push(metrics["features"]!);
    expect(distances.at(-1)).toBeLessThan(0.8 * distances[0]!);
    const after = (await session.remembered()).tensors;
    const frozen = Object.keys(before).filter((name) => name.startsWith("weights/features."));
    expect(frozen.length).toBe(
      parameters(
        ImageClassifier(parseClassifierConfig({ block_out_channels: [4, 8], norm_num_groups: 2, classes: ["a"] })),
      ).size,
    );
    for (const name of frozen) expect(after[name]!.data).toEqual(before[name]!.data);
  });

  test("are of one encoder, not of two or none", () => {
    expect(() => configOf({ features: { weight: 1 } })).toThrow('either a "clip" or a "classifier"');
    expect(() => configOf({ features: { clip: "a", classifier: "b" } })).toThrow('either a "clip" or a "classifier"');
  });
});

describe("an adversary", () => {
  const config = configOf({ adversarial: { weight: 0.1, block_out_channels: [4, 8] } });

  test("takes its turn before the autoencoder, and neither updates the other", async () => {
    const task = await tinyTask(config, { runtime });
    expect(task.phases.map(({ name }) => name)).toEqual(["critic", "autoencoder"]);
    const names = [...task.parameters.keys()];
    const updated = task.phases.map(({ updates }) => new Set(names.filter((name) => updates!(name))));
    expect([...updated[0]!].every((name) => name.startsWith("critic."))).toBe(true);
    expect([...updated[1]!].every((name) => name.startsWith("vae."))).toBe(true);
    expect(updated[0]!.size + updated[1]!.size).toBe(names.length);
  });

  test("learns to tell reconstructions, and is no part of the model", async () => {
    const task = await tinyTask(config, { runtime });
    await using session = await openSession({ config, task, runtime });
    const losses: number[] = [];
    for await (const { metrics } of session.steps()) losses.push(metrics["critic.loss"]!);
    expect(losses[0]).toBeCloseTo(2 * Math.LN2, 0); // it knows nothing at first
    expect(Math.min(...losses)).toBeLessThan(losses[0]! - 0.1);
    const { tensors } = await session.remembered();
    expect(Object.keys(tensors).some((name) => name.startsWith("weights/critic."))).toBe(true);
    expect([...(await session.outputs.modelFiles()).keys()].sort()).toEqual([
      "config.json",
      "diffusion_pytorch_model.safetensors",
    ]);
  });
});

test("a critic of patches has a logit for each patch, whatever the size", () => {
  const critic = PatchCritic({ in_channels: 3, block_out_channels: [4, 8] });
  const x = input({ name: "x", dtype: "float32", shape: [2, 3, 16, 12] });
  expect(critic(x).shape).toEqual([2, 1, 4, 3]);
  expect(() => critic(input({ name: "x", dtype: "float32", shape: [2, 1, 16, 12] }))).toThrow();
});
