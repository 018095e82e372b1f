import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyPixelForms, tinyPixelModel } from "../../../test/tiny-pixel-model.ts";
import { type ModelFiles, memoryFiles } from "../../checkpoints/files.ts";
import { openModel } from "../../checkpoints/open.ts";
import { floatToHalf } from "../../formats/safetensors/half.ts";
import { parseSafetensors } from "../../formats/safetensors/safetensors.ts";
import { float32Data } from "../../graph/host-tensor.ts";
import type { HostTensors } from "../../graph/types.ts";
import { textToImageModel } from "../../pipelines/model/text-to-image-model.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import type { TrainConfig } from "../config/config.ts";
import { decodeCheckpoint, encodeCheckpoint, type TrainingCheckpoint } from "../run/checkpoint.ts";
import { tinyConfig, tinyConfigs, tinyTask } from "../tiny.cases.ts";
import { openSession } from "./session.ts";

const model = {
  ...tinyConfigs,
  scheduler: { _class_name: "DDIMScheduler", beta_schedule: "cosine", prediction_type: "v_prediction" },
  tokenizer: { merges: 20, context: 8 },
};
const samples = { prompts: ["red", "blue"], every_minutes: 1, steps: 2, guidance: 2, seed: 0 };
const config = tinyConfig({
  model,
  samples,
  objective: { guidance_dropout: 0.3 },
  training: { steps: 4, batch_size: 3, seed: 5 },
});

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

/** Opens a session as a run does: a resumed one with the vocabulary of its checkpoint. */
async function opened(
  of: TrainConfig,
  { checkpoint, initFrom }: { checkpoint?: TrainingCheckpoint; initFrom?: ModelFiles } = {},
) {
  const assets = checkpoint && { assets: checkpoint.assets };
  const task = await tinyTask(of, { runtime, ...assets, ...(initFrom && { initFrom }) });
  return openSession({ config: of, task, runtime, checkpoint });
}

/** Trains and gives the checkpoints of the steps that are asked for, through their file form. */
async function trained(steps: readonly number[], from?: TrainingCheckpoint): Promise<readonly TrainingCheckpoint[]> {
  await using session = await opened(config, from && { checkpoint: from });
  const checkpoints: TrainingCheckpoint[] = [];
  for await (const { step, position } of session.steps()) {
    if (!steps.includes(step)) continue;
    const bytes = await encodeCheckpoint({ step, seconds: 1, position, ...(await session.remembered()) });
    checkpoints.push(await decodeCheckpoint(bytes, { name: "test" }));
  }
  return checkpoints;
}
const plain = (tensors: HostTensors) =>
  Object.fromEntries(Object.entries(tensors).map(([k, { data }]) => [k, [...data]]));

test("a run that stops and goes on from its checkpoint equals one that does not stop, to the last bit", async () => {
  const [middle, full] = await trained([2, 4]);
  const [again] = await trained([4]);
  expect(plain(again!.tensors)).toEqual(plain(full!.tensors));
  const [resumed] = await trained([4], middle);
  expect(resumed!.position).toEqual(full!.position);
  expect(plain(resumed!.tensors)).toEqual(plain(full!.tensors));
});

test("a session draws its samples and writes a folder that opens as a model, in float16", async () => {
  await using session = await opened(config);
  expect((await session.outputs.samples!()).map(({ width, height }) => [width, height])).toEqual([
    [8, 8],
    [8, 8],
  ]);
  const files = await session.outputs.modelFiles();
  const bytes = (path: string) => {
    const file = files.get(path)!;
    return typeof file === "string" ? new TextEncoder().encode(file) : file;
  };
  const reopened = await textToImageModel(await openModel(memoryFiles(files)));
  expect([...(await reopened.weights()).keys()]).toContain("unet.conv_in.weight");
  const { tensors } = parseSafetensors(bytes("unet/diffusion_pytorch_model.safetensors"));
  expect(new Set([...tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(["F16"]));
});

test("the model that is written holds the moving averages of the weights", async () => {
  await using session = await opened(config);
  for await (const _ of session.steps());
  const { tensors } = await session.remembered();
  const half = (slot: string) => {
    const key = Object.keys(tensors).find((name) => name.startsWith(`${slot}/unet`) && name.endsWith("conv_in.weight"));
    return [...floatToHalf(float32Data(tensors[key!]!))];
  };
  const file = (await session.outputs.modelFiles()).get("unet/diffusion_pytorch_model.safetensors");
  const { data } = parseSafetensors(file as Uint8Array).tensors.get("conv_in.weight")!;
  const weights = [...new Uint16Array(data.slice().buffer)];
  expect(weights).toEqual(half("ema"));
  expect(weights).not.toEqual(half("weights"));
});

const initFrom = memoryFiles(tinyPixelModel(), "tiny");

test("weights of another model are refused by name", async () => {
  const wider = tinyConfig({
    model: { ...model, text_encoder: { ...tinyConfigs.text_encoder, intermediate_size: 48 } },
  });
  await expect(opened(wider, { initFrom })).rejects.toMatchObject({ code: "checkpoint/keys" });
});

test.each(Object.entries({ plain: tinyPixelModel(), ...tinyPixelForms() }))(
  "a run that begins with a model (%s) keeps its vocabulary and starts from its weights",
  async (_, files) => {
    const initFrom = memoryFiles(files, "tiny");
    const { tokenizerFiles, weights } = await textToImageModel(await openModel(initFrom));
    await using session = await opened(config, { initFrom });
    const modelFiles = await session.outputs.modelFiles();
    expect(modelFiles.get("tokenizer/vocab.json")).toBe(tokenizerFiles[0]!["vocab.json"]);
    const { tensors } = await session.remembered();
    expect(plain(tensors)["weights/unet.conv_out.weight"]).toEqual([
      ...(await weights()).get("unet.conv_out.weight")!.data,
    ]);
  },
);
