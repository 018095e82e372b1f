import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { openLora } from "../../src/checkpoints/lora/open.node.ts";
import type { RawTensor } from "../../src/formats/safetensors/safetensors.ts";
import { openTextToImage } from "../../src/pipelines/generate.node.ts";
import { type CompatibilityRow, fixture, scalarOf, writeTensors, zeros } from "./row.ts";

type Tensors = Readonly<Record<string, RawTensor>>;
const F32 = (...shape: readonly number[]) => zeros("F32", ...shape);
const UNET = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k";
const ORIGINAL = "input_blocks.1.1.transformer_blocks.0.attn2.to_k";
const TEXT = "text_model.encoder.layers.0.self_attn.q_proj";
const CONV = "down_blocks.0.resnets.0.conv1";
const under = (path: string) => path.replaceAll(".", "_");
type Ends = readonly [down: string, up: string];
const pair = (module: string, [down, up]: Ends = ["lora_down.weight", "lora_up.weight"]): Tensors => ({
  [`${module}.${down}`]: F32(4, 8),
  [`${module}.${up}`]: F32(8, 4),
});
const peft: Ends = ["lora_A.weight", "lora_B.weight"];

interface Options {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly model?: string;
  readonly name?: string;
  readonly config?: object;
}

/** What a small model is adapted by: "unet.conv_in x0.5" for each layer, the words that prompts may use, and the notes. */
const adapted =
  (tensors: Tensors, { metadata, model = "sd", name = "l.safetensors", config }: Options = {}) =>
  async (folder: string) => {
    if (config) await writeFile(join(folder, "adapter_config.json"), JSON.stringify(config));
    const file = await writeTensors(folder, name, tensors, metadata);
    const { layers } = await openLora(file);
    const opened = await openTextToImage(fixture(model), { loras: [{ file }] });
    const branches = Array.from(opened.parameters.keys(), (name) => /^lora\.\d+\.(.+)\.\d+\.\w+$/.exec(name)?.[1]);
    const paths = [...new Set(branches.flatMap((path) => path ?? []))];
    const notes = (opened.notes ?? []).map((note) => note.replaceAll(`${folder}/`, ""));
    return {
      paths: paths.sort(),
      factors: layers.map(({ factor }) => factor),
      words: [...(opened.embeddings?.keys() ?? [])],
      notes,
    };
  };

const row = (
  what: string,
  from: string,
  run: CompatibilityRow["run"],
  expected: object,
  result = "read",
): CompatibilityRow => ({ what, from, result, run, expected });
const unet = { paths: [`unet.${UNET}`], factors: [1], notes: [] };
const text = { paths: [`text_encoder.${TEXT}`], factors: [1], notes: [] };
const refused = (what: string, from: string, key: string, method: string): CompatibilityRow =>
  row(
    what,
    from,
    adapted({ ...pair(`lora_unet_${under(UNET)}`), [`lora_unet_${under(UNET)}.${key}`]: F32(4, 4) }),
    {
      code: "lora/unsupported",
      message: expect.stringContaining(`is a ${method}`),
      hint: expect.stringContaining("LoHa"),
    },
    "refused by name",
  );
const KOHYA = `lora_unet_${under(UNET)}`;

const names: readonly CompatibilityRow[] = [
  row("`lora_unet_down_blocks…`", "kohya's sd-scripts, OneTrainer", adapted(pair(KOHYA)), unet),
  row("`lora_unet_input_blocks…`", "kohya's sd-scripts for SDXL", adapted(pair(`lora_unet_${under(ORIGINAL)}`)), unet),
  row("`lora_te_…`", "kohya's sd-scripts", adapted(pair(`lora_te_${under(TEXT)}`)), text),
  row(
    "`lora_te1_…`, `lora_te2_…`",
    "kohya's sd-scripts for SDXL",
    adapted({ ...pair(`lora_te1_${under(TEXT)}`), ...pair(`lora_te2_${under(TEXT)}`) }, { model: "xl" }),
    { paths: [`text_encoder.${TEXT}`, `text_encoder_2.${TEXT}`] },
  ),
  row("`lora_te2_text_projection`", "OneTrainer", adapted(pair("lora_te2_text_projection"), { model: "xl" }), {
    paths: ["text_encoder_2.text_projection"],
  }),
  row(
    "`lora_unet_label_emb_0_0`, `lora_unet_time_embed_0`",
    "LyCORIS for SDXL",
    adapted(
      {
        "lora_unet_label_emb_0_0.lora_down.weight": F32(4, 32),
        "lora_unet_label_emb_0_0.lora_up.weight": F32(32, 4),
        "lora_unet_time_embed_0.lora_down.weight": F32(4, 8),
        "lora_unet_time_embed_0.lora_up.weight": F32(32, 4),
      },
      { model: "xl" },
    ),
    { paths: ["unet.add_embedding.linear_1", "unet.time_embedding.linear_1"] },
  ),
  row("`lycoris_…`", "LyCORIS alone, SimpleTuner", adapted(pair(`lycoris_${under(UNET)}`)), unet),
  row("`unet.… .lora_A.weight`", "diffusers with PEFT", adapted(pair(`unet.${UNET}`, peft)), unet),
  row("`text_encoder.… .lora_A.weight`", "diffusers with PEFT", adapted(pair(`text_encoder.${TEXT}`, peft)), text),
  row(
    "`.lora_A.default_0.weight`, any adapter's name",
    "diffusers with PEFT",
    adapted(pair(`unet.${UNET}`, ["lora_A.my_style.weight", "lora_B.my_style.weight"])),
    unet,
  ),
  row("`base_model.model.…`", "PEFT alone", adapted(pair(`base_model.model.${UNET}`, peft)), unet),
  row(
    "`.lora.down.weight`, `.lora_linear_layer.down.weight`",
    "diffusers before PEFT",
    adapted(pair(`unet.${UNET}`, ["lora_linear_layer.down.weight", "lora_linear_layer.up.weight"])),
    unet,
  ),
  row(
    "`.processor.to_k_lora.down.weight`",
    "the first scripts of diffusers",
    adapted(pair(`unet.${UNET.replace(".to_k", ".processor.to_k_lora")}`, ["down.weight", "up.weight"])),
    unet,
  ),
  row(
    "the same without `unet.`",
    "the first scripts of diffusers",
    adapted(pair(UNET.replace(".to_k", ".processor.to_k_lora"), ["down.weight", "up.weight"])),
    unet,
  ),
  row(
    "`diffusion_model.input_blocks…`",
    "ComfyUI's saver and extraction",
    adapted(pair(`diffusion_model.${ORIGINAL}`)),
    unet,
  ),
  row(
    "`text_encoders.clip_l.transformer.…`",
    "ComfyUI's saver and extraction",
    adapted(pair(`text_encoders.clip_l.transformer.${TEXT}`)),
    text,
  ),
  row(
    "`unet.input_blocks…`, `clip_l.…`",
    "OneTrainer (OMI)",
    adapted({ ...pair(`unet.${ORIGINAL}`), ...pair(`clip_l.${TEXT}`) }),
    { paths: [...unet.paths, ...text.paths].sort() },
  ),
];

const alphas = (["F16", "BF16", "F32", "F64", "I8", "U8", "I16", "I32", "I64"] as const).map((dtype) =>
  row(
    `alpha as ${dtype}`,
    "kohya's sd-scripts and others",
    adapted({ ...pair(KOHYA), [`${KOHYA}.alpha`]: scalarOf(dtype, 2) }),
    { ...unet, factors: [0.5] },
  ),
);
const meta = (config: object) => ({ metadata: { lora_adapter_metadata: JSON.stringify(config) } });
const settings: readonly CompatibilityRow[] = [
  row(
    "`lora_adapter_metadata` in the header: `lora_alpha` / rank",
    "diffusers with PEFT",
    adapted(pair(`unet.${UNET}`, peft), meta({ "unet.r": 4, "unet.lora_alpha": 16 })),
    { ...unet, factors: [4] },
  ),
  row(
    "`alpha_pattern` there",
    "diffusers with PEFT",
    adapted(
      pair(`unet.${UNET}`, peft),
      meta({ "unet.r": 4, "unet.lora_alpha": 16, "unet.alpha_pattern": { "attn2.to_k": 2 } }),
    ),
    { ...unet, factors: [0.5] },
  ),
  row(
    "`use_rslora` there: `lora_alpha` / √rank",
    "diffusers with PEFT",
    adapted(pair(`unet.${UNET}`, peft), meta({ r: 4, lora_alpha: 16, use_rslora: true })),
    { ...unet, factors: [8] },
  ),
  row(
    "`adapter_config.json` beside `adapter_model.safetensors`",
    "PEFT alone",
    adapted(pair(`base_model.model.${UNET}`, peft), {
      name: "adapter_model.safetensors",
      config: { r: 4, lora_alpha: 8 },
    }),
    { ...unet, factors: [2] },
  ),
  row(
    "`ss_network_alpha` and `ss_network_dim` in the header, where no tensor says it",
    "kohya's sd-scripts",
    adapted(pair(KOHYA), { metadata: { ss_network_dim: "4", ss_network_alpha: "1" } }),
    { ...unet, factors: [0.25] },
  ),
  row(
    "`ss_network_dim` of another rank",
    "a LoRA that was resized",
    adapted(pair(KOHYA), { metadata: { ss_network_dim: "64", ss_network_alpha: "1" } }),
    { ...unet, factors: [1] },
    "read; alpha is the rank",
  ),
];

const CONV_KOHYA = `lora_unet_${under(CONV)}`;
const otherRows: readonly CompatibilityRow[] = [
  row(
    "convolutions of 3 x 3",
    "LoCon, LyCORIS",
    adapted({ [`${CONV_KOHYA}.lora_down.weight`]: F32(2, 8, 3, 3), [`${CONV_KOHYA}.lora_up.weight`]: F32(8, 2, 1, 1) }),
    { paths: [`unet.${CONV}`] },
  ),
  row(
    "convolutions in three (`lora_mid`)",
    "LyCORIS",
    adapted({
      [`${CONV_KOHYA}.lora_down.weight`]: F32(2, 8, 1, 1),
      [`${CONV_KOHYA}.lora_mid.weight`]: F32(2, 2, 3, 3),
      [`${CONV_KOHYA}.lora_up.weight`]: F32(8, 2, 1, 1),
    }),
    { paths: [`unet.${CONV}`] },
  ),
  row(
    "LoHa (`hada_w1_a`)",
    "LyCORIS",
    adapted({
      [`${KOHYA}.hada_w1_a`]: F32(8, 2),
      [`${KOHYA}.hada_w1_b`]: F32(2, 8),
      [`${KOHYA}.hada_w2_a`]: F32(8, 2),
      [`${KOHYA}.hada_w2_b`]: F32(2, 8),
      [`${KOHYA}.alpha`]: scalarOf("F32", 1),
    }),
    { ...unet, factors: [0.5] },
  ),
  row(
    "LoKr (`lokr_w1`)",
    "LyCORIS",
    adapted({
      [`${KOHYA}.lokr_w1`]: F32(2, 2),
      [`${KOHYA}.lokr_w2_a`]: F32(4, 2),
      [`${KOHYA}.lokr_w2_b`]: F32(2, 4),
      [`${KOHYA}.alpha`]: scalarOf("F32", 1),
    }),
    { ...unet, factors: [0.5] },
  ),
  row(
    "whole differences (`.diff`, `.diff_b`)",
    "ComfyUI's extraction, LyCORIS",
    adapted({
      [`diffusion_model.${ORIGINAL}.diff`]: F32(8, 8),
      "diffusion_model.input_blocks.1.1.proj_in.diff_b": F32(8),
    }),
    { paths: [`unet.${UNET}`, "unet.down_blocks.0.attentions.0.proj_in"].sort(), notes: [] },
  ),
  row(
    "differences of norms (`.w_norm`, `.b_norm`)",
    "LyCORIS",
    adapted({ ...pair(KOHYA), "lora_unet_down_blocks_0_attentions_0_norm.w_norm": F32(8) }),
    {
      ...unet,
      notes: [expect.stringContaining("1 tensors are not used: lora_unet_down_blocks_0_attentions_0_norm.w_norm")],
    },
    "read without them, which are named",
  ),
  row(
    "embeddings inside (`bundle_emb.`)",
    "OneTrainer",
    adapted({ ...pair(KOHYA), "bundle_emb.mycat.string_to_param.*": F32(2, 8) }),
    { paths: unet.paths, words: ["mycat"], notes: [expect.stringContaining('"mycat" calls it')] },
    "read, the embeddings too",
  ),
  row(
    "layers that a model lacks, one in four at most",
    "models with fewer layers",
    adapted({
      ...pair(KOHYA),
      ...pair(`lora_unet_${under(UNET).replace("to_k", "to_v")}`),
      ...pair(`lora_unet_${under(UNET).replace("to_k", "to_q")}`),
      ...pair("lora_te_text_model_encoder_layers_9_mlp_fc1"),
    }),
    { notes: [expect.stringContaining("1 layers are not used: text_encoder.text_model_encoder_layers_9_mlp_fc1")] },
    "read without them, which are named",
  ),
  refused("DoRA", "LyCORIS, OneTrainer, PEFT", "dora_scale", "DoRA"),
  refused("LoHa in Tucker's form", "LyCORIS", "hada_t1", "LoHa in Tucker's form"),
  refused("OFT", "LyCORIS, kohya's sd-scripts", "oft_blocks", "OFT"),
  refused("GLoRA", "LyCORIS", "a1.weight", "GLoRA"),
  refused("IA3", "LyCORIS", "on_input", "IA3"),
  row(
    "a LoRA for Flux",
    "kohya's sd-scripts, ai-toolkit",
    adapted(pair("transformer.single_transformer_blocks.0.attn.to_k", peft)),
    { code: "lora/target", message: expect.stringContaining("a LoRA for a Flux transformer") },
    "refused by name",
  ),
  row(
    "a LoRA for Stable Cascade",
    "OneTrainer",
    adapted(pair("lora_prior_te_text_model_encoder_layers_0_mlp_fc1")),
    { code: "lora/target", message: expect.stringContaining("a LoRA for a Stable Cascade model") },
    "refused by name",
  ),
  row(
    "a LoRA of another family",
    "all",
    adapted(pair("lora_te2_text_model_encoder_layers_0_mlp_fc1")),
    { code: "lora/target" },
    "refused with the first layer that is not there",
  ),
];

/** LoRAs. */
export const loras: readonly CompatibilityRow[] = [...names, ...alphas, ...settings, ...otherRows];
