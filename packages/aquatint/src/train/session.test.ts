import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyPixelModel } from "../../test/tiny-pixel-model.ts";
import { parseSafetensors } from "../formats/safetensors.ts";
import type { HostTensors } from "../graph/types.ts";
import { openPixelModel } from "../pipelines/pixel-folder.ts";
import type { ModelSource } from "../pipelines/source.ts";
import { nodeRuntime } from "../runtime/node.ts";
import type { Runtime } from "../runtime/types.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import type { TrainConfig } from "./config.ts";
import { openSession } from "./session.ts";
import { tinyConfig, tinyConfigs, tinyTask } from "./tiny.cases.ts";

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
  training: { batch_size: 3, seed: 5 },
});

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

/** Opens a session as a run does: a resumed one with the vocabulary of its checkpoint. */
async function opened(
  of: TrainConfig,
  { checkpoint, initFrom }: { checkpoint?: Checkpoint; initFrom?: ModelSource } = {},
) {
  const assets = checkpoint && { assets: checkpoint.assets };
  const task = await tinyTask(of, { runtime, ...assets, ...(initFrom && { initFrom }) });
  return openSession({ config: of, task, runtime, checkpoint });
}

/** Trains to `until` and gives the checkpoint there, through its file form. */
async function trained(until: number, checkpoint?: Checkpoint, of = config): Promise<Checkpoint> {
  await using session = await opened(of, checkpoint && { checkpoint });
  for await (const { step, position } of session.steps()) {
    if (step < until) continue;
    const bytes = await encodeCheckpoint({ step, seconds: 1, position, ...(await session.remembered()) });
    return decodeCheckpoint(bytes, { name: "test" });
  }
  throw new Error("the run ended too early");
}
const plain = (tensors: HostTensors) =>
  Object.fromEntries(Object.entries(tensors).map(([k, { data }]) => [k, [...data]]));

test("a run that stops and goes on from its checkpoint equals one that does not stop, to the last bit", async () => {
  const whole = await trained(6);
  const again = await trained(6);
  expect(plain(again.tensors)).toEqual(plain(whole.tensors));
  const resumed = await trained(6, await trained(3));
  expect(resumed.position).toEqual(whole.position);
  expect(plain(resumed.tensors)).toEqual(plain(whole.tensors));
});

test("a batch computed in parts makes the steps of the whole batch, and resumes to the last bit", async () => {
  const training = { batch_size: 4, warmup_steps: 0 };
  const whole = await trained(3, undefined, tinyConfig({ training }));
  const inParts = tinyConfig({ training: { ...training, accumulate: 2 } });
  const parts = await trained(3, undefined, inParts);
  expect(Object.keys(parts.tensors)).toEqual(Object.keys(whole.tensors));
  for (const [name, { data }] of Object.entries(whole.tensors)) {
    const difference = Math.max(...Array.from(data, (v, i) => Math.abs(v - parts.tensors[name]!.data[i]!)));
    expect(difference, name).toBeLessThan(1e-5);
  }
  const resumed = await trained(3, await trained(2, undefined, inParts), inParts);
  expect(plain(resumed.tensors)).toEqual(plain(parts.tensors));
});

test("frozen parts stay, groups have their own rates, and without a moving average the weights stand for it", async () => {
  const training = {
    freeze: ["text_encoder.*"],
    groups: [{ match: ["unet.conv_out.*"], learning_rate: 1e-12, weight_decay: 0 }],
    ema: null,
  };
  const of = tinyConfig({ training });
  const before = await trained(1, undefined, of);
  const after = await trained(6, undefined, of);
  const moved = (name: string) => {
    const [a, b] = [before, after].map(({ tensors }) => tensors[`weights/${name}`]!.data as Float32Array);
    return Math.max(...Array.from(a!, (v, i) => Math.abs(v - b![i]!)));
  };
  expect(Object.keys(after.tensors).filter((name) => /^(adam\..\/text_encoder|ema\/)/.test(name))).toEqual([]);
  expect(moved("text_encoder.text_model.final_layer_norm.bias")).toBe(0);
  expect(moved("unet.conv_out.weight")).toBeLessThan(1e-8);
  expect(moved("unet.conv_in.weight")).toBeGreaterThan(1e-3);
  await using session = await opened(of, { checkpoint: after });
  expect([...(await session.outputs.modelFiles()).keys()]).toContain("unet/diffusion_pytorch_model.safetensors");
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
  const written = await openPixelModel({ name: "memory", read: async (path) => bytes(path) });
  expect([...(await written.weights()).keys()]).toContain("unet.conv_in.weight");
  const { tensors } = parseSafetensors(bytes("unet/diffusion_pytorch_model.safetensors"));
  expect(new Set([...tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(["F16"]));
});

const tinyModel = tinyPixelModel();
const initFrom: ModelSource = {
  name: "tiny",
  read: async (path) => new Uint8Array(Buffer.from(tinyModel.get(path)!)),
};

test("weights of another model are refused by name", async () => {
  const wider = tinyConfig({
    model: { ...model, text_encoder: { ...tinyConfigs.text_encoder, intermediate_size: 48 } },
  });
  await expect(opened(wider, { initFrom })).rejects.toMatchObject({ code: "checkpoint/keys" });
});

test("a run that begins with a model keeps its vocabulary and starts from its weights", async () => {
  const { tokenizerFiles, weights } = await openPixelModel(initFrom);
  await using session = await opened(config, { initFrom });
  const written = await session.outputs.modelFiles();
  expect(written.get("tokenizer/vocab.json")).toBe(tokenizerFiles["vocab.json"]);
  const { tensors } = await session.remembered();
  expect(plain(tensors)["weights/unet.conv_out.weight"]).toEqual([
    ...(await weights()).get("unet.conv_out.weight")!.data,
  ]);
});
