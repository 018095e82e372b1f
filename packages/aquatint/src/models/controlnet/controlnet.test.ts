import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deviation, evaluate, noise, noiseWeights } from "../../../test/evaluate.ts";
import { initialize } from "../../nn/init.ts";
import { parameters } from "../../nn/module.ts";
import { input } from "../../ops/leaves.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { type AddedConditions, parseUNet2DConditionConfig, sumResiduals, UNet2DConditionModel } from "../unet/index.ts";
import { ControlNetModel, parseControlNetConfig } from "./index.ts";

const tiny = {
  block_out_channels: [4, 8],
  down_block_types: ["CrossAttnDownBlock2D", "DownBlock2D"],
  norm_num_groups: 2,
  layers_per_block: 1,
  cross_attention_dim: 4,
  attention_head_dim: 2,
};
const netConfig = { ...tiny, conditioning_embedding_out_channels: [2, 4] };
const added = {
  addition_embed_type: "text_time",
  addition_time_embed_dim: 2,
  projection_class_embeddings_input_dim: 16,
};
const controlnet = (json: object = {}) => ControlNetModel(parseControlNetConfig({ ...netConfig, ...json }));
const unet = (json: object = {}) =>
  UNet2DConditionModel(
    parseUNet2DConditionConfig({ ...tiny, up_block_types: ["UpBlock2D", "CrossAttnUpBlock2D"], ...json }),
  );

const feeds = {
  sample: noise([2, 4, 4, 4]),
  t: noise([1], { seed: 1 }),
  context: noise([2, 3, 4], { seed: 2 }),
  image: noise([2, 3, 8, 8], { seed: 3 }),
};
const leaf = (name: string, shape: readonly number[]) => input({ name, dtype: "float32", shape });
const { sample, t, context, image } = Object.fromEntries(
  Object.entries(feeds).map(([name, { shape }]) => [name, leaf(name, shape)]),
) as Record<keyof typeof feeds, ReturnType<typeof leaf>>;

describe("a ControlNet", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await nodeRuntime({ threads: 1 });
  });
  afterAll(() => runtime[Symbol.asyncDispose]());

  test("adds nothing before it is trained", async () => {
    const model = controlnet();
    const names = parameters(model);
    const draws = {
      rand: (n: number) => new Float32Array(n).fill(0.7),
      randn: (n: number) => new Float32Array(n).fill(1),
    };
    const values = new Map(Object.entries(initialize(names, draws)));
    const { down, mid } = model(sample, t, context, image);
    const results = await evaluate(runtime, { ...Object.fromEntries(down.entries()), mid }, { feeds, names, values });
    expect(Object.keys(results)).toHaveLength(5);
    for (const { data } of Object.values(results)) expect(data.every((v) => v === 0)).toBe(true);
  });

  test("and its twin add what one adds at twice the scale", async () => {
    const [model, network] = [controlnet(), unet()];
    const names = new Map([...parameters(network, "unet"), ...parameters(model, "controlnet")]);
    const scale = leaf("scale", [1]);
    const once = model(sample, t, context, image);
    const twice = model(sample, t, context, image, { conditioningScale: scale });
    const withResiduals = (residuals: typeof once) => network(sample, t, context, { residuals });
    const outputs = {
      plain: network(sample, t, context),
      two: withResiduals(sumResiduals([once, once])),
      doubled: withResiduals(twice),
    };
    const values = noiseWeights(names);
    const two = { dtype: "float32" as const, shape: [1], data: Float32Array.of(2) };
    const results = await evaluate(runtime, outputs, { feeds: { ...feeds, scale: two }, names, values });
    expect(deviation(results["two"], results["doubled"]!.data)).toBeLessThan(1e-5);
    expect(deviation(results["two"], results["plain"]!.data)).toBeGreaterThan(1e-2);
  });
});

describe("refused are", () => {
  test("a control image of another size", () => {
    expect(() => controlnet()(sample, t, context, leaf("small", [2, 3, 4, 4]))).toThrow(
      "the control image stands for a latent of 2 x 2, the sample is 4 x 4",
    );
  });

  test("residuals of another family", () => {
    const { down, mid } = controlnet()(sample, t, context, image);
    expect(() => unet()(sample, t, context, { residuals: { down: down.slice(1), mid } })).toThrow(
      "expected 4 residuals on the way down, got 3",
    );
  });

  const telling: [json: object, conditions: AddedConditions, message: string][] = [
    [{ time_cond_proj_dim: 4 }, {}, "this network needs timestepCond, got nothing"],
    [{}, { timestepCond: leaf("w", [2, 4]) }, "this network does not use timestepCond"],
    [{ num_class_embeds: 3 }, {}, "this network needs classLabels, got nothing"],
    [added, { timeIds: leaf("ids", [2, 6]) }, "this network needs textEmbeds, got nothing"],
    [added, { textEmbeds: leaf("text", [2, 4]) }, "this network needs timeIds, got nothing"],
    [{}, { textEmbeds: leaf("text", [2, 4]) }, "this network does not use textEmbeds"],
  ];
  test.each(telling)("%j told the wrong things", (json, conditions, message) => {
    expect(() => unet(json)(sample, t, context, conditions)).toThrow(message);
  });

  test("a vector that does not fill the added embedding", () => {
    const conditions = { textEmbeds: leaf("text", [2, 4]), timeIds: leaf("ids", [2, 5]) };
    expect(() => unet(added)(sample, t, context, conditions)).toThrow(
      "textEmbeds of 4 and 5 timeIds of 2 make 14, the embedding takes 16",
    );
  });
});
