import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deviation, evaluate, noise, noiseWeights } from "../../../test/evaluate.ts";
import { float32 } from "../../graph/host-tensor.ts";
import { type HostTensor, sizeOf } from "../../graph/types.ts";
import { parameters } from "../../nn/module.ts";
import { input } from "../../ops/leaves.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { parseUNet2DConditionConfig, parseUNet2DConfig, UNet2DConditionModel, UNet2DModel } from "./index.ts";

type Names = ReturnType<typeof parameters>;
const count = (names: Names) => [...names.values()].reduce((n, { shape }) => n + sizeOf(shape), 0);
const list = (names: Names, prefix: string) =>
  Array.from(names, ([name, { shape }]) => `${name} [${shape}]`)
    .filter((line) => line.startsWith(prefix))
    .join("\n");

/** As the config.json of runwayml/stable-diffusion-v1-5/unet has it. */
const sd15 = {
  _class_name: "UNet2DConditionModel",
  _diffusers_version: "0.6.0",
  act_fn: "silu",
  attention_head_dim: 8,
  block_out_channels: [320, 640, 1280, 1280],
  center_input_sample: false,
  cross_attention_dim: 768,
  down_block_types: ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
  downsample_padding: 1,
  flip_sin_to_cos: true,
  freq_shift: 0,
  in_channels: 4,
  layers_per_block: 2,
  mid_block_scale_factor: 1,
  norm_eps: 1e-5,
  norm_num_groups: 32,
  out_channels: 4,
  sample_size: 64,
  up_block_types: ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
};
const sd21 = { ...sd15, attention_head_dim: [5, 10, 20, 20], cross_attention_dim: 1024, use_linear_projection: true };
const ddpmCifar10 = {
  block_out_channels: [128, 256, 256, 256],
  attention_head_dim: null,
  down_block_types: ["DownBlock2D", "AttnDownBlock2D", "DownBlock2D", "DownBlock2D"],
  up_block_types: ["UpBlock2D", "UpBlock2D", "AttnUpBlock2D", "UpBlock2D"],
};

describe("the published structures, at full size", () => {
  const condition = (json: unknown) => parameters(UNet2DConditionModel(parseUNet2DConditionConfig(json)));
  const [v1, v2] = [condition(sd15), condition(sd21)];

  test("Stable Diffusion 1.5", () => {
    expect([v1.size, count(v1)]).toEqual([686, 859_520_964]);
    expect(list(v1, "up_blocks.1.resnets.2.")).toMatchInlineSnapshot(`
      "up_blocks.1.resnets.2.norm1.weight [1920]
      up_blocks.1.resnets.2.norm1.bias [1920]
      up_blocks.1.resnets.2.conv1.weight [1280,1920,3,3]
      up_blocks.1.resnets.2.conv1.bias [1280]
      up_blocks.1.resnets.2.time_emb_proj.weight [1280,1280]
      up_blocks.1.resnets.2.time_emb_proj.bias [1280]
      up_blocks.1.resnets.2.norm2.weight [1280]
      up_blocks.1.resnets.2.norm2.bias [1280]
      up_blocks.1.resnets.2.conv2.weight [1280,1280,3,3]
      up_blocks.1.resnets.2.conv2.bias [1280]
      up_blocks.1.resnets.2.conv_shortcut.weight [1280,1920,1,1]
      up_blocks.1.resnets.2.conv_shortcut.bias [1280]"
    `);
    expect(list(v1, "mid_block.attentions.0.transformer_blocks.0.attn2")).toMatchInlineSnapshot(`
      "mid_block.attentions.0.transformer_blocks.0.attn2.to_q.weight [1280,1280]
      mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight [1280,768]
      mid_block.attentions.0.transformer_blocks.0.attn2.to_v.weight [1280,768]
      mid_block.attentions.0.transformer_blocks.0.attn2.to_out.0.weight [1280,1280]
      mid_block.attentions.0.transformer_blocks.0.attn2.to_out.0.bias [1280]"
    `);
  });
  test("Stable Diffusion 2.1", () => {
    expect([v2.size, count(v2)]).toEqual([686, 865_910_724]);
    expect(v2.get("down_blocks.0.attentions.1.proj_out.weight")!.shape).toEqual([320, 320]);
  });
  test("the inpainting variant differs in nine input channels", () => {
    const names = condition({ ...sd15, in_channels: 9 });
    expect(names.get("conv_in.weight")!.shape).toEqual([320, 9, 3, 3]);
    expect([...names.keys()]).toEqual([...v1.keys()]);
  });
  test("DDPM of CIFAR-10", () => {
    const names = parameters(UNet2DModel(parseUNet2DConfig(ddpmCifar10)));
    expect(count(names)).toBe(35_746_307);
    expect(list(names, "mid_block.attentions")).toMatchInlineSnapshot(`
      "mid_block.attentions.0.group_norm.weight [256]
      mid_block.attentions.0.group_norm.bias [256]
      mid_block.attentions.0.to_q.weight [256,256]
      mid_block.attentions.0.to_q.bias [256]
      mid_block.attentions.0.to_k.weight [256,256]
      mid_block.attentions.0.to_k.bias [256]
      mid_block.attentions.0.to_v.weight [256,256]
      mid_block.attentions.0.to_v.bias [256]
      mid_block.attentions.0.to_out.0.weight [256,256]
      mid_block.attentions.0.to_out.0.bias [256]"
    `);
  });
});

describe("a small one", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await nodeRuntime({ threads: 1 });
  });
  afterAll(() => runtime[Symbol.asyncDispose]());

  const feed = (name: string, { dtype, shape }: HostTensor) => input({ name, dtype, shape });
  const size = { block_out_channels: [8, 16], norm_num_groups: 4, layers_per_block: 1 };
  const t = float32([2], [3, 981]);

  async function condition(json: object, x: HostTensor) {
    const context = noise([2, 5, 6], { seed: 2 });
    const model = UNet2DConditionModel(parseUNet2DConditionConfig(json));
    const names = parameters(model);
    const y = model(feed("x", x), feed("t", t), feed("context", context));
    return (await evaluate(runtime, { y }, { feeds: { x, t, context }, names, values: noiseWeights(names) })).y!;
  }
  const conditioned = {
    ...size,
    in_channels: 3,
    out_channels: 3,
    cross_attention_dim: 6,
    attention_head_dim: [2, 4],
    down_block_types: ["DownBlock2D", "CrossAttnDownBlock2D"],
    up_block_types: ["CrossAttnUpBlock2D", "UpBlock2D"],
  };

  const deeper = { ...conditioned, use_linear_projection: true, transformer_layers_per_block: [1, 2] };

  async function plain(json: object, x: HostTensor) {
    const model = UNet2DModel(parseUNet2DConfig(json));
    const names = parameters(model);
    const y = model(feed("x", x), feed("t", t));
    return (await evaluate(runtime, { y }, { feeds: { x, t }, names, values: noiseWeights(names) })).y!;
  }
  const unconditioned = {
    ...size,
    attention_head_dim: 4,
    down_block_types: ["DownBlock2D", "AttnDownBlock2D"],
    up_block_types: ["AttnUpBlock2D", "UpBlock2D"],
  };

  const x = noise([2, 3, 8, 8], { seed: 1 });
  // Written down while the same code agreed with diffusers 0.36 to 5e-6 on whole checkpoints.
  test.each([
    [
      "UNet2DConditionModel",
      condition,
      conditioned,
      [-0.002951, 0.136647, -0.284665, 0.030609, 0.2604, 0.119956, -0.253532, 0.131509],
    ],
    [
      "UNet2DConditionModel with linear projections, two layers deep",
      condition,
      deeper,
      [0.115635, 0.021934, -0.187307, 0.373508, 0.124137, 0.122675, -0.023959, 0.072859],
    ],
    [
      "UNet2DModel",
      plain,
      unconditioned,
      [-0.253362, -0.091491, -0.361828, 0.566156, 0.352688, -0.119526, -0.271438, 0.282924],
    ],
  ] as const)("%s gives the numbers it gave when it was compared with diffusers", async (_, run, json, expected) => {
    const { shape, data } = await run(json, x);
    expect(shape).toEqual(x.shape);
    const picked = Array.from({ length: 8 }, (_, i) => data[i * 47]!);
    expect(deviation(float32([8], picked), expected)).toBeLessThan(1e-4);
  });

  test("an image of odd size comes back in its size", async () => {
    expect((await condition(conditioned, noise([2, 3, 7, 5]))).shape).toEqual([2, 3, 7, 5]);
  });

  test("center_input_sample stretches 0..1 to -1..1 first", async () => {
    const unit = { ...x, data: Float32Array.from(x.data, (v) => (v + 1) / 2) };
    const [centered, direct] = [
      await plain({ ...unconditioned, center_input_sample: true }, unit),
      await plain(unconditioned, x),
    ];
    expect(deviation(centered, direct.data)).toBeLessThan(1e-4);
  });

  test("without attention in the middle there is only the residual pair", async () => {
    const model = UNet2DModel(parseUNet2DConfig({ ...unconditioned, add_attention: false }));
    expect([...parameters(model).keys()].filter((key) => key.startsWith("mid_block.attentions"))).toEqual([]);
    expect((await plain({ ...unconditioned, mid_block_type: null }, x)).shape).toEqual(x.shape);
  });

  test("heads that do not share the channels are refused", () => {
    const make = () => UNet2DModel(parseUNet2DConfig({ ...unconditioned, attention_head_dim: 3 }));
    expect(make).toThrow("16 channels do not make heads of 3");
  });

  test("where the time scales and shifts, the attention of the middle has no norm of its own", () => {
    const model = UNet2DModel(parseUNet2DConfig({ ...unconditioned, resnet_time_scale_shift: "scale_shift" }));
    const names = parameters(model);
    expect(names.has("mid_block.attentions.0.group_norm.weight")).toBe(false);
    expect(names.has("down_blocks.1.attentions.0.group_norm.weight")).toBe(true);
    expect(names.get("mid_block.resnets.0.time_emb_proj.weight")!.shape).toEqual([32, 32]);
  });
});
