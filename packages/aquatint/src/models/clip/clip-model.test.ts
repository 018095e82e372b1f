import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deviation, evaluate, noise, noiseWeights } from "../../../test/evaluate.ts";
import { type HostTensor, sizeOf } from "../../graph/types.ts";
import { type Child, parameters } from "../../nn/module.ts";
import { input } from "../../ops/leaves.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { CLIPModel, CLIPVisionModelWithProjection, parseClipConfig, parseClipVisionConfig } from "./index.ts";

const count = (model: Child) => [...parameters(model).values()].reduce((n, { shape }) => n + sizeOf(shape), 0);

/** Differences of openai/clip-vit-large-patch14 from the defaults. */
const large = {
  projection_dim: 768,
  text_config: { hidden_size: 768, intermediate_size: 3072, num_attention_heads: 12 },
  vision_config: {
    hidden_size: 1024,
    intermediate_size: 4096,
    num_hidden_layers: 24,
    num_attention_heads: 16,
    patch_size: 14,
  },
};

describe("the published structures, at full size", () => {
  test.each([
    ["ViT-B/32", {}, 151_277_313],
    ["ViT-L/14", large, 427_616_513],
    [
      "ViT-L/14 with its towers repeated, as in older files",
      { ...large, text_config: {}, text_config_dict: large.text_config },
      427_616_513,
    ],
  ])("%s has its number of weights", (_, json, expected) => {
    expect(count(CLIPModel(parseClipConfig(json)))).toBe(expected);
  });

  test("the image tower has transformers' names", () => {
    const config = parseClipVisionConfig({ ...large.vision_config, projection_dim: 768, num_hidden_layers: 1 });
    const names = parameters(CLIPVisionModelWithProjection(config));
    expect(Array.from(names, ([name, { shape }]) => `${name} [${shape}]`).join("\n")).toMatchInlineSnapshot(`
      "vision_model.embeddings.class_embedding [1024]
      vision_model.embeddings.patch_embedding.weight [1024,3,14,14]
      vision_model.embeddings.position_embedding.weight [257,1024]
      vision_model.pre_layrnorm.weight [1024]
      vision_model.pre_layrnorm.bias [1024]
      vision_model.encoder.layers.0.self_attn.k_proj.weight [1024,1024]
      vision_model.encoder.layers.0.self_attn.k_proj.bias [1024]
      vision_model.encoder.layers.0.self_attn.v_proj.weight [1024,1024]
      vision_model.encoder.layers.0.self_attn.v_proj.bias [1024]
      vision_model.encoder.layers.0.self_attn.q_proj.weight [1024,1024]
      vision_model.encoder.layers.0.self_attn.q_proj.bias [1024]
      vision_model.encoder.layers.0.self_attn.out_proj.weight [1024,1024]
      vision_model.encoder.layers.0.self_attn.out_proj.bias [1024]
      vision_model.encoder.layers.0.layer_norm1.weight [1024]
      vision_model.encoder.layers.0.layer_norm1.bias [1024]
      vision_model.encoder.layers.0.mlp.fc1.weight [4096,1024]
      vision_model.encoder.layers.0.mlp.fc1.bias [4096]
      vision_model.encoder.layers.0.mlp.fc2.weight [1024,4096]
      vision_model.encoder.layers.0.mlp.fc2.bias [1024]
      vision_model.encoder.layers.0.layer_norm2.weight [1024]
      vision_model.encoder.layers.0.layer_norm2.bias [1024]
      vision_model.post_layernorm.weight [1024]
      vision_model.post_layernorm.bias [1024]
      visual_projection.weight [768,1024]"
    `);
  });
});

const tower = { hidden_size: 8, intermediate_size: 12, num_hidden_layers: 1, num_attention_heads: 2 };
const tiny = parseClipConfig({
  projection_dim: 6,
  text_config: { ...tower, vocab_size: 10, max_position_embeddings: 5, eos_token_id: 9 },
  vision_config: { ...tower, image_size: 4, patch_size: 2 },
});

describe("a small one", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await nodeRuntime({ threads: 1 });
  });
  afterAll(() => runtime[Symbol.asyncDispose]());
  const imageValues = noise([2, 3, 4, 4]);
  const feed = (name: string, { dtype, shape }: HostTensor) => input({ name, dtype, shape });
  const rows = ({ data, shape }: HostTensor): number[][] => {
    const d = shape.at(-1)!;
    return Array.from({ length: data.length / d }, (_, i) => Array.from(data.slice(i * d, (i + 1) * d)));
  };
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((s, v, i) => s + v * b[i]!, 0);

  test("looks at a class token and patches, row by row, at their places", async () => {
    const model = CLIPVisionModelWithProjection(tiny.vision_config);
    const names = parameters(model);
    const values = noiseWeights(names);
    const { hiddenStates, pooled, lastHiddenState } = model(feed("images", imageValues));
    const outputs = { first: hiddenStates[0]!, pooled, last: lastHiddenState };
    const results = await evaluate(runtime, outputs, { feeds: { images: imageValues }, names, values });
    const of = (name: string) => values.get(`vision_model.${name}`)!;
    const norm = (row: readonly number[], name: string) => {
      const mean = row.reduce((a, b) => a + b) / row.length;
      const deviation = Math.sqrt(row.reduce((s, v) => s + (v - mean) ** 2, 0) / row.length + 1e-5);
      const [weight, bias] = [of(`${name}.weight`).data, of(`${name}.bias`).data];
      return row.map((v, i) => ((v - mean) / deviation) * weight[i]! + bias[i]!);
    };
    const positions = rows(of("embeddings.position_embedding.weight"));
    const patch = (b: number, i: number, j: number) =>
      Array.from({ length: 12 }, (_, k) => {
        const [c, y, x] = [k >> 2, (k >> 1) & 1, k & 1];
        return imageValues.data[((b * 3 + c) * 4 + 2 * i + y) * 4 + 2 * j + x]!;
      });
    const kernels = rows({ ...of("embeddings.patch_embedding.weight"), shape: [8, 12] });
    const expected = [0, 1].flatMap((b) => {
      const patches = [0, 1].flatMap((i) => [0, 1].map((j) => kernels.map((kernel) => dot(kernel, patch(b, i, j)))));
      const tokens = [Array.from(of("embeddings.class_embedding").data), ...patches];
      return tokens.flatMap((token, n) =>
        norm(
          token.map((v, d) => v + positions[n]![d]!),
          "pre_layrnorm",
        ),
      );
    });
    expect(deviation(results["first"], expected)).toBeLessThan(1e-5);
    const classTokens = rows(results["last"]!).filter((_, i) => i % 5 === 0);
    expect(
      deviation(
        results["pooled"],
        classTokens.flatMap((row) => norm(row, "post_layernorm")),
      ),
    ).toBeLessThan(1e-5);
  });

  test("compares images and texts by their cosines, times the temperature", async () => {
    const model = CLIPModel(tiny);
    const names = parameters(model);
    const values = noiseWeights(names);
    values.set("logit_scale", { dtype: "float32", shape: [], data: Float32Array.of(Math.log(7)) });
    const ids: HostTensor = {
      dtype: "int32",
      shape: [3, 5],
      data: Int32Array.from([8, 1, 9, 9, 9, 8, 2, 3, 9, 9, 8, 9, 9, 9, 9]),
    };
    const { imageEmbeds, textEmbeds, logitsPerImage } = model(feed("images", imageValues), feed("ids", ids));
    const outputs = { imageEmbeds, textEmbeds, logitsPerImage };
    const results = await evaluate(runtime, outputs, { feeds: { images: imageValues, ids }, names, values });
    const [images, texts] = [rows(results["imageEmbeds"]!), rows(results["textEmbeds"]!)];
    for (const row of [...images, ...texts]) expect(dot(row, row)).toBeCloseTo(1, 5);
    const expected = images.flatMap((image) => texts.map((text) => 7 * dot(image, text)));
    expect(deviation(results["logitsPerImage"], expected)).toBeLessThan(1e-5);
  });

  test("refuses images of another size, and patches that do not cover the image", () => {
    const model = CLIPVisionModelWithProjection(tiny.vision_config);
    expect(() => model(feed("x", noise([1, 3, 8, 8])))).toThrow("expected images of 4 x 4, got 8 x 8");
    expect(() => parseClipVisionConfig({ image_size: 32, patch_size: 7 })).toThrow(
      `"image_size" must be a multiple of "patch_size"`,
    );
  });
});
