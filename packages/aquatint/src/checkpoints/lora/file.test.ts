import { expect, test } from "vitest";
import { scalar } from "../../ops/leaves.ts";
import { headerOf, names, unreadFile } from "../fixture.cases.ts";
import { identify } from "../identify.ts";
import { loraBranches } from "./branches.ts";
import { type LoraLayer, loraLayers } from "./file.ts";
import { originalNames } from "./original-names.ts";

type Tensors = Parameters<typeof headerOf>[0];
const open = (tensors: Tensors) =>
  loraLayers({ file: unreadFile("/l.safetensors"), header: headerOf(tensors) }, { name: "l" });
const read = (tensors: Tensors) => open(tensors).layers;
const unet = Object.keys(names["tiny-sd1"].weights)
  .filter((path) => path.startsWith("unet."))
  .map((path) => path.slice(5));
type Shapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;
const published: Shapes = new Map(
  unet.map((path) => [path, { shape: names["tiny-sd1"].weights[`unet.${path}`]!.at(-1) as number[] }]),
);
const square = (paths: readonly string[]): Shapes => new Map(paths.map((path) => [path, { shape: [4, 4] }]));
const branches = (all: readonly LoraLayer[], component: string, shapes: Shapes) => {
  const layers = all.map((layer) => ({ ...layer, factor: 1 }));
  const lora = { name: "l", layers, embeddings: [], unused: [], metadata: {} };
  return loraBranches([{ lora, scale: scalar(1) }], new Map([[component, shapes]]));
};
const targets = (layers: readonly LoraLayer[], component = "unet", shapes = square(unet)) => {
  const { adapters } = branches(layers, component, shapes);
  return [...(adapters.get(component)?.keys() ?? [])].sort();
};

test("the same LoRA in kohya's and in PEFT's names adapts the same layers", () => {
  const [kohya, peft] = [read(names["lora-kohya"]), read(names["lora-peft-alpha8"])];
  expect(identify(headerOf(names["lora-kohya"])).kind).toBe("lora");
  expect(kohya).toHaveLength(166);
  expect(kohya.every(({ rank, alpha }) => rank === 4 && alpha !== undefined)).toBe(true);
  expect(targets(kohya, "unet", published)).toEqual(targets(peft, "unet", published));
});

const pair = (down: string, up: string, shape = 4): Tensors => ({
  [down]: ["F32", [2, shape]],
  [up]: ["F32", [shape, 2]],
});
const layer = "down_blocks.0.attentions.0.transformer_blocks.0.attn1";
test.each<[string, Tensors, string]>([
  ["PEFT", pair(`unet.${layer}.to_q.lora_A.weight`, `unet.${layer}.to_q.lora_B.weight`), `${layer}.to_q`],
  ["diffusers", pair(`unet.${layer}.to_q.lora.down.weight`, `unet.${layer}.to_q.lora.up.weight`), `${layer}.to_q`],
  [
    "diffusers, in its first form",
    pair(`unet.${layer}.processor.to_out_lora.down.weight`, `unet.${layer}.processor.to_out_lora.up.weight`),
    `${layer}.to_out.0`,
  ],
  [
    "kohya, of an original file",
    pair(
      "lora_unet_input_blocks_1_1_transformer_blocks_0_attn1_to_q.lora_down.weight",
      "lora_unet_input_blocks_1_1_transformer_blocks_0_attn1_to_q.lora_up.weight",
    ),
    `${layer}.to_q`,
  ],
  [
    "LoCon, of a convolution on the way up",
    pair("lora_unet_output_blocks_2_1_conv.lora_down.weight", "lora_unet_output_blocks_2_1_conv.lora_up.weight"),
    "up_blocks.0.upsamplers.0.conv",
  ],
])("names as %s writes them", (_, tensors, path) => {
  expect(targets(read(tensors))).toEqual([path]);
});

test("motion modules in AnimateDiff's own names", () => {
  const block = "down_blocks.0.motion_modules.0.temporal_transformer.transformer_blocks.0.attention_blocks.1.processor";
  const path = "down_blocks.0.motion_modules.0.transformer_blocks.0.attn2.to_q";
  const pairs = read(pair(`${block}.to_q_lora.down.weight`, `${block}.to_q_lora.up.weight`));
  expect(targets(pairs, "unet", square([`${path}.weight`]))).toEqual([path]);
});

test("text encoders, first and second", () => {
  const module = "text_model_encoder_layers_0_self_attn_q_proj";
  const paths = ["text_model.encoder.layers.0.self_attn.q_proj.weight"];
  for (const [prefix, component] of [
    ["lora_te", "text_encoder"],
    ["lora_te1", "text_encoder"],
    ["lora_te2", "text_encoder_2"],
  ] as const) {
    const pairs = read(pair(`${prefix}_${module}.lora_down.weight`, `${prefix}_${module}.lora_up.weight`));
    expect(targets(pairs, component, square(paths))).toEqual(["text_model.encoder.layers.0.self_attn.q_proj"]);
  }
});

test.each([
  ["DoRA", "lora_unet_a.dora_scale"],
  ["LoHa in Tucker's form", "lora_unet_a.hada_t1"],
  ["LoKr in Tucker's form", "lora_unet_a.lokr_t2"],
  ["OFT", "lora_unet_a.oft_blocks"],
  ["GLoRA", "lora_unet_a.a1.weight"],
  ["IA3", "lora_unet_a.on_input"],
])("%s is refused by its name", (name, key) => {
  const tensors: Tensors = {
    ...pair("lora_unet_a.lora_down.weight", "lora_unet_a.lora_up.weight"),
    [key]: ["F32", [4]],
  };
  expect(() => read(tensors)).toThrow(new RegExp(name));
});

test.each<[string, Tensors, string]>([
  ["half of a pair", { "lora_unet_a.lora_down.weight": ["F32", [2, 4]] }, "lora/keys"],
  [
    "ranks that differ",
    { "lora_unet_a.lora_down.weight": ["F32", [2, 4]], "lora_unet_a.lora_up.weight": ["F32", [4, 3]] },
    "lora/shape",
  ],
  ["another tensor", { "unet.conv_in.weight": ["F32", [2, 4]] }, "lora/keys"],
  [
    "a rank of nothing",
    { "lora_unet_a.lora_down.weight": ["F32", [0, 4]], "lora_unet_a.lora_up.weight": ["F32", [4, 0]] },
    "lora/shape",
  ],
])("%s is refused", (_, tensors, code) => {
  expect(() => read(tensors)).toThrow(expect.objectContaining({ code }));
});

test("a layer that the model lacks is named", () => {
  const pairs = read(pair("lora_unet_down_blocks_9_x.lora_down.weight", "lora_unet_down_blocks_9_x.lora_up.weight"));
  expect(() => targets(pairs)).toThrow(/down_blocks_9_x/);
});

test("a U-Net's modules have the names of the original file too", () => {
  const modules = new Set(unet.filter((path) => path.endsWith(".weight")).map((path) => path.slice(0, -7)));
  const originals = new Set(
    originalNames("unet", modules).map(([original]) => `model.diffusion_model.${original}.weight`),
  );
  const published = Object.keys(names["tiny-sd1"].tensors).filter((key) =>
    /^model\.diffusion_model\..*\.weight$/.test(key),
  );
  expect(published.filter((key) => !originals.has(key))).toEqual([]);
});

test("a file of a method that is refused is a LoRA nevertheless", () => {
  const ia3: Tensors = { "lora_unet_a_to_k.on_input": ["I64", []], "lora_unet_a_to_k.weight": ["F32", [4]] };
  expect(identify(headerOf(ia3)).kind).toBe("lora");
  expect(() => read(ia3)).toThrow(/IA3/);
});

test("a motion adapter is no LoRA, and its name is said", () => {
  const norm: Tensors = { "down_blocks.0.motion_modules.0.norm.weight": ["F32", [320]] };
  expect(() => read(norm)).toThrow("is a MotionAdapter, expected a LoRA");
});

test("each layer has the alpha that its own tensor says", () => {
  const layer = (name: string): Tensors => ({
    ...pair(`lora_unet_${name}.lora_down.weight`, `lora_unet_${name}.lora_up.weight`),
    [`lora_unet_${name}.alpha`]: ["F32", []],
  });
  const layers = read({ ...layer("a"), ...layer("b") });
  expect(new Set(layers.map(({ alpha }) => alpha?.offset)).size).toBe(2);
});
