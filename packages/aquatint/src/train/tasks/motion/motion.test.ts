import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ModelFiles, memoryFiles } from "../../../checkpoints/files.ts";
import { openModel } from "../../../checkpoints/open.ts";
import type { Dataset } from "../../../data/dataset.ts";
import { indexedStream } from "../../../data/indexed-stream.ts";
import { ownDatasets } from "../../../data/registry.ts";
import type { AdaptedTrace } from "../../../pipelines/adapters/adapters.ts";
import { motionModules, withMotionModules } from "../../../pipelines/adapters/motion.ts";
import { textToImageModel } from "../../../pipelines/model/text-to-image-model.ts";
import { textToImageNetwork } from "../../../pipelines/network/network.ts";
import { planTextToVideo } from "../../../pipelines/text-to-video/plan.ts";
import { textToVideo } from "../../../pipelines/text-to-video/text-to-video.ts";
import { nodeRuntime } from "../../../runtime/runtime.node.ts";
import type { Runtime } from "../../../runtime/types.ts";
import { parseTrainConfig, type TrainConfig } from "../../config/config.ts";
import { openSession } from "../../loop/session.ts";
import { plain, plateNames, tinyConfig, tinyConfigs, tinyTask } from "../../tiny.cases.ts";
import { tasks } from "../registry.ts";

const [SIZE, FRAMES] = [8, 4];

/** A black plate over which a bar of the caption's color moves to the right. */
const movingBars: Dataset = {
  name: "moving-bars",
  size: [SIZE, SIZE],
  clip: { frames: FRAMES, fps: 8 },
  captions: () => plateNames,
  stream: ({ seed }) =>
    indexedStream(
      (_, { index }) => ({
        caption: plateNames[index % 3]!,
        truth: undefined,
        paint(pixels) {
          pixels.fill(-1);
          for (let f = 0; f < FRAMES; f++) {
            for (let y = 0; y < SIZE; y++) {
              const at = ((3 * f + (index % 3)) * SIZE + y) * SIZE + 2 * f;
              pixels.fill(1, at, at + 2);
            }
          }
        },
      }),
      { seed, shape: [FRAMES, 3, SIZE, SIZE] },
    ),
};

const config = ({ model = {}, objective = {}, training = {} } = {}) =>
  parseTrainConfig(
    {
      ...{ task: "motion", output: "unused", dataset: { name: "digits" } },
      model: {
        images: "images",
        motion: { motion_num_attention_heads: 2, motion_max_seq_length: 6 },
        ...model,
      },
      objective,
      evaluation: { clips: 3 },
      samples: { prompts: ["red"], steps: 2, every_minutes: 1 },
      training: { steps: 30, batch_size: 3, learning_rate: 1e-2, warmup_steps: 2, ema: null, ...training },
    },
    { name: "motion", kinds: { datasets: ownDatasets, tasks } },
  );

let runtime: Runtime;
let modelFiles: (folder: string) => Promise<ModelFiles>;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
  const scheduler = { _class_name: "DDPMScheduler", prediction_type: "v_prediction" };
  const { sample_size: _, in_channels: __, out_channels: ___, ...unet } = tinyConfigs.unet;
  const images = tinyConfig({
    model: { ...tinyConfigs, unet, scheduler, tokenizer: { merges: 20, context: 8 } },
    training: { steps: 2 },
  });
  await using session = await openSession({ config: images, task: await tinyTask(images, { runtime }), runtime });
  for await (const _ of session.steps());
  const source = memoryFiles(await session.outputs.modelFiles());
  modelFiles = async (folder) => (folder === "images" ? source : Promise.reject(new Error(folder)));
});
afterAll(() => runtime[Symbol.asyncDispose]());

const context = (more: object = {}) => ({ runtime, modelFiles, dataset: movingBars, ...more });
const isMotion = (name: string) => name.includes("motion_modules") && !name.endsWith(".pe");

describe("motion modules", () => {
  test("learn, and everything else stays", async () => {
    const task = await tinyTask(config(), context());
    await using session = await openSession({ config: config(), task, runtime });
    const before = await session.outputs.evaluate!();
    const { tensors: first } = await session.remembered();
    for await (const _ of session.steps());
    const after = await session.outputs.evaluate!();
    expect(after["loss"]).toBeLessThan(0.9 * before["loss"]!);
    const { tensors: last } = await session.remembered();
    const changed = Object.keys(last).filter(
      (name) => name.startsWith("weights/") && !last[name]!.data.every((value, i) => value === first[name]!.data[i]),
    );
    expect(changed.length).toBeGreaterThan(20);
    expect(changed.filter((name) => !isMotion(name))).toEqual([]);
    const trained = Object.keys(last).filter((name) => name.startsWith("weights/") && isMotion(name));
    const moments = Object.keys(last).filter((name) => !name.startsWith("weights/"));
    expect(trained.length).toBeGreaterThan(20);
    for (const name of moments) expect(isMotion(name), name).toBe(true);
    expect(await session.outputs.samples!()).toHaveLength(8);
  });

  test("change nothing before the first step, and their folder is a MotionAdapter's", async () => {
    const task = await tinyTask(config(), context());
    await using session = await openSession({ config: config(), task, runtime });
    const files = await session.outputs.modelFiles();
    expect([...files.keys()].sort()).toEqual(["config.json", "diffusion_pytorch_model.safetensors"]);
    expect(JSON.parse(files.get("config.json") as string)).toMatchObject({
      _class_name: "MotionAdapter",
      block_out_channels: [8, 16],
      motion_norm_num_groups: 4,
      motion_max_seq_length: 6,
    });
    const images = await textToImageModel(await openModel(await modelFiles("images")));
    const model = withMotionModules(images, await motionModules(await openModel(memoryFiles(files))));
    const weights = await model.weights();
    const outputs = [...weights].filter(([name]) => name.includes("motion_modules") && name.includes(".proj_out."));
    expect(outputs.length).toBeGreaterThan(5);
    for (const [, { data }] of outputs) expect(data.every((value) => value === 0)).toBe(true);
  });

  test("learn with a LoRA of the image model, from some frames; its folder is used as it was trained, and trained on", async () => {
    const lora = { layers: ["unet.*.attn2.*", "text_encoder.*.mlp.*"], rank: 2 };
    const settings = config({ model: { lora }, objective: { frames: 2 }, training: { steps: 6 } });
    const task = await tinyTask(settings, context());
    await using session = await openSession({ config: settings, task, runtime });
    for await (const _ of session.steps());
    const { tensors } = await session.remembered();
    const changed = Object.entries(tensors).filter(
      ([name]) => name.startsWith("weights/lora.") && name.endsWith(".up"),
    );
    expect(changed.length).toBeGreaterThan(3);
    for (const [, { data }] of changed) expect(data.some((value) => value !== 0)).toBe(true);
    const files = await session.outputs.modelFiles();
    expect([...files.keys()].sort()).toEqual([
      "config.json",
      "diffusion_pytorch_model.safetensors",
      "pytorch_lora_weights.safetensors",
    ]);

    const adapter = await motionModules(await openModel(memoryFiles(files)));
    const images = await textToImageModel(await openModel(await modelFiles("images")));
    const frames = async (modules: typeof adapter, base = images) => {
      const model = withMotionModules(base, modules);
      await using network = textToImageNetwork({ runtime, modules: model.modules, ...(await model.binding()) });
      const options = { prompt: "red", steps: 2, width: SIZE, height: SIZE, frames: FRAMES, fps: 8, seed: 3 };
      const plan = await planTextToVideo(model, options);
      for await (const event of textToVideo(network, plan)) if (event.type === "video") return event.frames;
      throw new Error("no clip came");
    };
    expect(await frames(adapter)).not.toEqual(await frames({ ...adapter, lora: undefined }));
    let traces = 0;
    const counted: AdaptedTrace = (trace) => {
      traces++;
      return trace();
    };
    await frames(adapter, { ...images, adapters: new Map([["unet", counted]]) });
    expect(traces).toBeGreaterThan(0);

    const next = await tinyTask(settings, context({ initFrom: memoryFiles(files) }));
    const values = await next.initial!();
    const up = [...values].filter(([name]) => name.startsWith("lora.") && name.endsWith(".up"));
    expect(up.length).toBe(changed.length);
    for (const [, { data }] of up) expect(data.some((value) => value !== 0)).toBe(true);
    const other = config({ model: { lora: { ...lora, rank: 3 } } });
    const refused = async (settings: TrainConfig, message: string) => {
      const task = await tinyTask(settings, context({ initFrom: memoryFiles(files) }));
      await expect(task.initial!()).rejects.toThrow(message);
    };
    await refused(other, '.down" of [2,16], "model.lora" makes it [3,16]');
    const fewer = config({ model: { lora: { ...lora, layers: ["unet.*.attn2.*"] } } });
    await refused(fewer, '.down" of [2,16], "model.lora" makes none');
    await refused(config(), 'has a LoRA, expected none: the configuration has no "model.lora"');
  });

  test("of a run that is resumed are those of one that was not stopped", async () => {
    const short = config({ training: { steps: 4, batch_size: 2, accumulate: 2 } });
    const run = async (checkpoint?: Parameters<typeof openSession>[0]["checkpoint"]) => {
      const task = await tinyTask(short, context());
      await using session = await openSession({ config: short, task, runtime, checkpoint });
      const states = [];
      for await (const { step, position } of session.steps()) {
        states.push({ step, seconds: 1, position, ...(await session.remembered()) });
      }
      return states;
    };
    const full = await run();
    const rest = await run(full[1]);
    expect(plain(rest.at(-1)!.tensors)).toEqual(plain(full.at(-1)!.tensors));
  });

  test("begin with an adapter of the same config, and with no other", async () => {
    const first = await tinyTask(config(), context());
    await using session = await openSession({ config: config({ training: { steps: 2 } }), task: first, runtime });
    for await (const _ of session.steps());
    const initFrom = memoryFiles(await session.outputs.modelFiles());
    const next = await tinyTask(config(), context({ initFrom }));
    const values = await next.initial!();
    const name = "unet.mid_block.motion_modules.0.proj_out.weight";
    expect(values.get(name)!.data.some((value) => value !== 0)).toBe(true);
    const other = config({ model: { motion: { motion_num_attention_heads: 4, motion_max_seq_length: 6 } } });
    const task = await tinyTask(other, context({ initFrom }));
    await expect(task.initial!()).rejects.toThrow('has "motion_num_attention_heads": 2, the configuration 4');
  });
});

test("still images are refused, and other tasks refuse clips", async () => {
  await expect(tinyTask(config(), { runtime, modelFiles })).rejects.toThrow("this task takes clips");
  await expect(tinyTask(tinyConfig(), { runtime, dataset: movingBars })).rejects.toThrow("takes still images");
});

test("an adapter that does not fit the U-Net is refused", async () => {
  const wide = config({ model: { motion: { block_out_channels: [8, 32] } } });
  await expect(tinyTask(wide, context())).rejects.toMatchObject({ code: "motion/shape" });
});

test.each([
  [{ model: { lora: { layers: ["*.attn3.*"] } } }, '"model.lora.layers" has "*.attn3.*", which names no linear layer'],
  [{ objective: { frames: 5 } }, '"objective.frames" is 5, and the clips have 4 frames'],
  [
    { model: { motion: { motion_num_attention_heads: 2, motion_max_seq_length: 3 } }, objective: { frames: 2 } },
    '"model.motion.motion_max_seq_length" is 3, and the clips have 4 frames',
  ],
])("are refused: %j", async (change, message) => {
  await expect(tinyTask(config(change), context())).rejects.toThrow(message);
});
