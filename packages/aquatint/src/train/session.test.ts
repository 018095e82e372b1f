import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyPixelModel } from "../../test/tiny-pixel-model.ts";
import { parseSafetensors } from "../formats/safetensors.ts";
import type { HostTensors } from "../graph/types.ts";
import { openModel } from "../pipelines/model-folder.ts";
import { nodeRuntime } from "../runtime/node.ts";
import type { Runtime } from "../runtime/types.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import type { TrainConfig } from "./config.ts";
import { openSession } from "./session.ts";
import { colourPlates, tinyConfigs, tinyTokenizer } from "./tiny.cases.ts";

const config: TrainConfig = {
  output: "unused",
  dataset: { name: "emoji-singles", size: 8, styles: ["flat"], mirror: false },
  model: {
    ...tinyConfigs,
    scheduler: { _class_name: "DDIMScheduler", beta_schedule: "cosine", prediction_type: "v_prediction" },
    tokenizer: { merges: 20, context: 8 },
  },
  training: {
    steps: 6,
    batch_size: 3,
    learning_rate: 3e-3,
    warmup_steps: 2,
    final_learning_rate_share: 0,
    weight_decay: 0.01,
    beta1: 0.9,
    beta2: 0.999,
    eps: 1e-8,
    clip_norm: 1,
    ema_decay: 0.9,
    guidance_dropout: 0.3,
    seed: 5,
  },
  checkpoint_minutes: 5,
  samples: { prompts: ["red", "blue"], every_minutes: 1, steps: 2, guidance: 2, seed: 0 },
};

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

/** Trains to `until` and gives the checkpoint there, through its file form. */
async function trained(until: number, checkpoint?: Checkpoint): Promise<Checkpoint> {
  const from = checkpoint ? { checkpoint } : {};
  await using session = await openSession({ config, dataset: colourPlates, runtime, ...from });
  for await (const { step, position } of session.steps()) {
    if (step < until) continue;
    const bytes = encodeCheckpoint({ step, seconds: 1, position, tensors: await session.tensors() });
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

test("a session draws its samples and writes a folder that opens as a model, in float16", async () => {
  await using session = await openSession({ config, dataset: colourPlates, runtime });
  expect((await session.samples()).map(({ width, height }) => [width, height])).toEqual([
    [8, 8],
    [8, 8],
  ]);
  const files = await session.modelFiles();
  const bytes = (path: string) => {
    const file = files.get(path)!;
    return typeof file === "string" ? new TextEncoder().encode(file) : file;
  };
  const model = await openModel({ name: "memory", read: async (path) => bytes(path) });
  expect([...(await model.weights()).keys()]).toContain("unet.conv_in.weight");
  const { tensors } = parseSafetensors(bytes("unet/diffusion_pytorch_model.safetensors"));
  expect(new Set([...tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(["F16"]));
});

test("weights of another model are refused by name", async () => {
  const weights = new Map([["unet.nonsense", { dtype: "float32", shape: [1], data: new Float32Array(1) } as const]]);
  const opened = openSession({
    config,
    dataset: colourPlates,
    runtime,
    initial: { tokenizerFiles: tinyTokenizer, weights },
  });
  await expect(opened).rejects.toMatchObject({
    code: "checkpoint/keys",
    message: expect.stringContaining("unet.nonsense"),
  });
});

test("a run that begins with a model keeps its vocabulary and starts from its weights", async () => {
  const files = tinyPixelModel();
  const read = async (path: string) => new Uint8Array(Buffer.from(files.get(path)!));
  const { tokenizerFiles, weights } = await openModel({ name: "tiny", read });
  const initial = { tokenizerFiles, weights: await weights() };
  await using session = await openSession({ config, dataset: colourPlates, runtime, initial });
  const written = await session.modelFiles();
  expect(written.get("tokenizer/vocab.json")).toBe(tokenizerFiles["vocab.json"]);
  expect(plain(await session.tensors())["weights/unet.conv_out.weight"]).toEqual([
    ...initial.weights.get("unet.conv_out.weight")!.data,
  ]);
});
