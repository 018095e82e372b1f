import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { openModel } from "../../src/checkpoints/open.node.ts";
import { toFloat32 } from "../../src/formats/safetensors/half.ts";
import type { RawTensor, RawTensors } from "../../src/formats/safetensors/safetensors.ts";
import { withVae as withVaeOf } from "../../src/pipelines/adapters/adapters.node.ts";
import { openTextToImage } from "../../src/pipelines/generate.node.ts";
import { type CompatibilityRow, changed, fixture, scalarOf, writeTensors, zeros } from "./row.ts";

type Change = Parameters<typeof changed>[1];
const row = (
  what: string,
  from: string,
  run: CompatibilityRow["run"],
  expected: unknown,
  result = "read",
): CompatibilityRow => ({ what, from, result, run, expected });
/** A single file with changes, opened: its networks, what is not used, and the notes. */
const single =
  (model: string, change: Change, extra: Readonly<Record<string, RawTensor>> = {}) =>
  async (folder: string) => {
    const tensors = new Map([...(await changed(model, change)), ...Object.entries(extra)]);
    const { family, components, unused, notes } = await openModel(await writeTensors(folder, "m.safetensors", tensors));
    const layers = (part: string) => components.get(part)?.config["num_hidden_layers"];
    return { family, parts: [...components.keys()].sort(), layers: layers("text_encoder"), unused, notes };
  };
const same: Change = (key, tensor) => [[key, tensor]];
const only =
  (prefix: string, to = ""): Change =>
  (key, tensor) =>
    key.startsWith(prefix) ? [[to + key.slice(prefix.length), tensor]] : [];
const without =
  (prefix: string): Change =>
  (key, tensor) =>
    key.startsWith(prefix) ? [] : [[key, tensor]];
const sd1 = { family: "sd1", parts: ["text_encoder", "unet", "vae"], unused: [], notes: [] };
const xl = { family: "sdxl", parts: ["text_encoder", "text_encoder_2", "unet", "vae"], unused: [], notes: [] };
const SD = "sd.safetensors";
const XL = "xl.safetensors";

/** An SDXL file without its autoencoder, with one in these names from another file. */
const withVae =
  (change: Change, extra: Readonly<Record<string, RawTensor>> = {}) =>
  async (folder: string) => {
    const model = await writeTensors(folder, "m.safetensors", await changed(XL, without("first_stage_model.")));
    const vae = await writeTensors(
      folder,
      "vae.safetensors",
      new Map([...(await changed(XL, change)), ...Object.entries(extra)]),
    );
    const { components } = await withVaeOf(await openModel(model), vae);
    return { scale: components.get("vae")?.config["scaling_factor"] };
  };
const scaled = { scale: 0.13025 };

/** OpenCLIP's names for an encoder of so many layers, of width 8 or of ViT-H's. */
function openClip(layers: number, { width = 8, isWhole = false } = {}): Readonly<Record<string, RawTensor>> {
  const P = "cond_stage_model.model.";
  const F16 = (...shape: readonly number[]) => zeros("F16", ...shape);
  const blocks = Array.from({ length: layers }, (_, i) => {
    const B = `${P}transformer.resblocks.${i}.`;
    const keyShapes = { "ln_1.weight": [1], "mlp.c_fc.weight": [1, 1], "attn.in_proj_weight": [3, 1] };
    return Object.entries(keyShapes).map(([key, shape]) => [B + key, F16(...shape)] as const);
  });
  return {
    ...{ [`${P}ln_final.weight`]: F16(width), [`${P}token_embedding.weight`]: F16(2, width) },
    ...(isWhole && { [`${P}text_projection`]: F16(1, 1), [`${P}logit_scale`]: scalarOf("F16", 4) }),
    ...Object.fromEntries(blocks.flat()),
  };
}
const sd2 = (layers: number, options?: Parameters<typeof openClip>[1]) =>
  single(SD, without("cond_stage_model."), openClip(layers, options));

const files: readonly CompatibilityRow[] = [
  row("an original single file", "CompVis, Stability AI, A1111's web UI, ComfyUI", single(SD, same), sd1),
  row(
    "text encoder without `text_model.`",
    "NovelAI",
    single(SD, (key, t) => [[key.replace("transformer.text_model.", "transformer."), t]]),
    sd1,
  ),
  row(
    "`position_ids`, `logit_scale`, `model_ema.`, `loss.`",
    "trainers",
    single(SD, same, {
      "cond_stage_model.transformer.text_model.embeddings.position_ids": zeros("I64", 1, 77),
      "cond_stage_model.logit_scale": scalarOf("F32", 4),
      "model_ema.decay": scalarOf("F32", 1),
      "first_stage_model.loss.logvar": scalarOf("F32", 1),
    }),
    sd1,
    "read; leftovers are passed over",
  ),
  row(
    "`text_projection.weight`, `visual_projection` of the first text encoder",
    "CLIP saved whole",
    single(SD, same, {
      "cond_stage_model.transformer.text_projection.weight": zeros("F16", 8, 8),
      "cond_stage_model.transformer.visual_projection.weight": zeros("F16", 8, 8),
    }),
    sd1,
    "read; they are passed over",
  ),
  row(
    "other tensors beside the networks",
    "ComfyUI's model patches, embedding managers",
    single(SD, same, { "embedding_manager.x": zeros("F32", 1) }),
    { ...sd1, unused: ["embedding_manager.x"] },
    "read without them, which are named",
  ),
  row(
    "OpenCLIP of 24 layers in SD 2.x",
    "Stability AI",
    sd2(24, { width: 1024, isWhole: true }),
    { layers: 23 },
    "read; the last layer is never run",
  ),
  row("OpenCLIP of 23 layers in SD 2.x", "converted from a diffusers folder", sd2(23, { width: 1024 }), {
    layers: 23,
    notes: [],
  }),
  row(
    "OpenCLIP of 24 layers without a projection",
    "sd-scripts, which make one up",
    sd2(24, { width: 1024 }),
    { layers: 23 },
    "read; the last layer is never run",
  ),
  row(
    "a text encoder of SD 2.x that lacks more layers",
    "merging programs",
    sd2(22, { width: 1024 }),
    { layers: 22, notes: [expect.stringContaining("22 of 23 layers")] },
    "read as it is, and a message says so",
  ),
  row(
    "`text_projection.weight` of the second text encoder",
    "EveryDream2, conversion scripts",
    single(XL, (key, t) => [[key.replace(/text_projection$/, "text_projection.weight"), t]]),
    xl,
  ),
  row(
    "no `text_projection` of the second text encoder",
    "conversion scripts",
    single(XL, (key, t) => (key.endsWith("text_projection") ? [] : [[key, t]])),
    { code: "checkpoint/keys", message: expect.stringContaining("no text_projection of its text_encoder_2") },
    "refused by name",
  ),
  row(
    "the average of training alone (`model_ema.`)",
    "pruning programs",
    single(SD, without("model.diffusion_model."), { "model_ema.diffusion_modelout2weight": zeros("F16", 1) }),
    { parts: ["text_encoder", "vae"], notes: [expect.stringContaining("only the average of training")] },
    "its U-Net is not read, and a message says so",
  ),
  row(
    "U-Net alone, `diffusion_model.`",
    "ComfyUI's saver",
    single(SD, only("model.diffusion_model.", "diffusion_model.")),
    { family: "sd1", parts: ["unet"] },
  ),
];

const autoencoders: readonly CompatibilityRow[] = [
  row(
    "a bare autoencoder in original names, for SDXL",
    "Stability AI, ComfyUI's saver",
    withVae(only("first_stage_model.")),
    scaled,
    "read, at the family's scale",
  ),
  row(
    "the same with `first_stage_model.`",
    "cut out of a checkpoint",
    withVae(only("first_stage_model.", "first_stage_model.")),
    scaled,
    "read, at the family's scale",
  ),
  row(
    "the same with `vae.`",
    "files of all parts in one",
    withVae(only("first_stage_model.", "vae.")),
    scaled,
    "read, at the family's scale",
  ),
  row(
    "`loss.`, `model_ema.` beside it",
    "trainers of autoencoders",
    withVae(only("first_stage_model."), { "loss.logvar": scalarOf("F32", 1), "model_ema.decay": scalarOf("F32", 1) }),
    scaled,
    "read; leftovers are passed over",
  ),
  row(
    "a TAESD without its config",
    "madebyollin/taesd",
    async (folder) => {
      const { components } = await openModel(
        await writeTensors(folder, "taesd.safetensors", {
          "decoder.layers.0.weight": zeros("F16", 64, 4, 3, 3),
          "encoder.layers.0.weight": zeros("F16", 64, 3, 3, 3),
        }),
      );
      const { className, config } = components.get("vae")!;
      return { className, scale: config["scaling_factor"] };
    },
    { className: "AutoencoderTiny", scale: 1 },
  ),
];

/** A single file whose weights are stored in another type. */
const retyped = (dtype: "F64" | "F8_E4M3" | "F8_E5M2") => async (folder: string) => {
  const size = { F64: 8, F8_E4M3: 1, F8_E5M2: 1 }[dtype];
  const tensors: RawTensors = await changed(SD, (key, { shape, ...rest }) => {
    const elements = toFloat32({ shape, ...rest }).length;
    return [[key, { dtype, shape, data: new Uint8Array(elements * size) }]];
  });
  const { components } = await openModel(await writeTensors(folder, "m.safetensors", tensors));
  return [
    ...new Set(
      [...components.values()].flatMap(({ weights }) => [...weights.values()].map((location) => location.dtype)),
    ),
  ];
};
/** Opens a file that holds these tensors, or these bytes. */
const opened = (content: Readonly<Record<string, RawTensor>> | string) => async (folder: string) => {
  const file = join(folder, "m.safetensors");
  if (typeof content === "string") await writeFile(file, Buffer.from(content, "latin1"));
  return openModel(typeof content === "string" ? file : await writeTensors(folder, "m.safetensors", content));
};
const other = (what: string, from: string, key: string, message: string): CompatibilityRow =>
  row(
    what,
    from,
    opened({ [key]: zeros("F16", 2, 2), "mean.bias": zeros("F16", 2) }),
    { code: "checkpoint/kind", message: expect.stringContaining(message) },
    "refused by name",
  );
const foreign = (
  what: string,
  from: string,
  bytes: string,
  message: string,
  code = "safetensors/not-safetensors",
): CompatibilityRow =>
  row(
    what,
    from,
    opened(bytes),
    { code, message: expect.stringContaining(message), hint: expect.any(String) },
    "refused by name",
  );

const types: readonly CompatibilityRow[] = [
  ...(["F64", "F8_E4M3", "F8_E5M2"] as const).map((dtype) =>
    row(`weights as ${dtype}`, "pruning and merging programs", retyped(dtype), [dtype]),
  ),
  row(
    "scaled float8 (`scale_weight`)",
    "ComfyUI's quantized files",
    single(SD, same, { "model.diffusion_model.out.2.scale_weight": scalarOf("F32", 1) }),
    { code: "checkpoint/kind", message: expect.stringContaining("scaled float8") },
    "refused by name",
  ),
  row(
    "NF4, int8 (`.absmax`)",
    "bitsandbytes",
    single(SD, same, { "model.diffusion_model.out.2.weight.absmax": zeros("F32", 1) }),
    { code: "checkpoint/kind", message: expect.stringContaining("bitsandbytes") },
    "refused by name",
  ),
  row(
    "EDM (`edm_mean`, `edm_vpred.sigma_max`)",
    "Playground v2.5, CosXL",
    single(XL, same, { "edm_vpred.sigma_max": scalarOf("F32", 8) }),
    { code: "checkpoint/kind", message: expect.stringContaining("CosXL") },
    "refused by name",
  ),
  other(
    "Flux",
    "Black Forest Labs",
    "model.diffusion_model.double_blocks.0.img_attn.qkv.weight",
    "a Flux or HunyuanVideo transformer",
  ),
  other(
    "Stable Diffusion 3",
    "Stability AI",
    "model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight",
    "a Stable Diffusion 3 transformer",
  ),
  other("Wan", "Alibaba", "blocks.0.cross_attn.k.weight", "a Wan video transformer"),
  other("Stable Cascade", "Stability AI", "model.diffusion_model.clip_txt_mapper.weight", "a Stable Cascade model"),
  other("T5", "Google, for SD 3 and Flux", "encoder.block.0.layer.0.SelfAttention.k.weight", "a T5 text encoder"),
  other("IP-Adapter", "Tencent", "image_proj.proj.weight", "an IP-Adapter"),
  other("ESRGAN upscalers", "upscalers", "model.1.sub.0.RDB1.conv1.0.weight", "an upscaler"),
  foreign("GGUF", "stable-diffusion.cpp, ComfyUI-GGUF", "GGUF\x03\x00\x00\x00\x00", "a GGUF file"),
  foreign(
    "a pickle under another name",
    "`.ckpt` renamed",
    "PK\x03\x04 archive/data.pkl",
    "Python pickle",
    "checkpoint/pickle",
  ),
  foreign(
    "a Git LFS pointer",
    "a clone without Git LFS",
    "version https://git-lfs.github.com/spec/v1\noid",
    "Git LFS pointer",
  ),
  foreign("a web page, JSON or text", "downloads without a login", "Access to model x is restricted", "a plain text"),
  foreign("an empty file", "downloads that were cut off", "", "0 bytes are too few", "safetensors/truncated"),
];

/** A model's folder with changes, opened: its networks and notes. */
const folderOf = (change: (folder: string) => Promise<unknown>) => async (parent: string) => {
  const folder = join(parent, "model");
  await cp(fixture("sd"), folder, { recursive: true });
  await change(folder);
  const { modules, notes = [] } = await openTextToImage(folder);
  return {
    text: modules.textEncoders.map(({ name }) => name),
    notes: notes.map((note) => note.replaceAll(`${parent}/`, "")),
  };
};
const index = async (folder: string, more: object) => {
  const file = join(folder, "model_index.json");
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, "utf8")), ...more }));
};
const put = async (folder: string, part: string, file: string, content: string) => {
  await mkdir(join(folder, part), { recursive: true });
  await writeFile(join(folder, part, file), content);
};
const UNET = "unet/diffusion_pytorch_model.safetensors";
const read = { text: ["text_encoder"], notes: [] };

const folders: readonly CompatibilityRow[] = [
  row(
    "`safety_checker/`, `image_encoder/` with no weights, pickles or pointers",
    "diffusers, old repositories",
    folderOf(async (folder) => {
      await index(folder, {
        safety_checker: ["stable_diffusion", "StableDiffusionSafetyChecker"],
        image_encoder: ["transformers", "CLIPVisionModelWithProjection"],
      });
      await put(folder, "safety_checker", "config.json", "{}");
      await put(folder, "image_encoder", "config.json", "{}");
      await put(folder, "image_encoder", "pytorch_model.bin", "PK");
      await put(folder, "safety_checker", "model.safetensors", "version https://git-lfs.github.com/spec/v1\n");
    }),
    read,
    "read; nobody needs them",
  ),
  row(
    "`[null, null]` and `null` in `model_index.json`",
    "diffusers",
    folderOf((folder) => index(folder, { safety_checker: [null, null], feature_extractor: null })),
    read,
  ),
  row(
    "a part of an unknown class that no image needs",
    "custom pipelines",
    folderOf((folder) => index(folder, { aesthetics: ["custom", "AestheticScorer"] })),
    { ...read, notes: [expect.stringContaining("its aesthetics (AestheticScorer) is not used")] },
    "read without it, which is named",
  ),
  row(
    "a network of an unknown class",
    "pipelines of other models",
    folderOf((folder) =>
      index(folder, { _class_name: "FluxPipeline", transformer: ["diffusers", "FluxTransformer2DModel"] }),
    ),
    {
      code: "checkpoint/class",
      message: expect.stringContaining("is a FluxPipeline and needs transformer of the class FluxTransformer2DModel"),
    },
    "refused by name",
  ),
  row(
    "weights only as `.bin` or `.ckpt`",
    "old repositories",
    folderOf(async (folder) => {
      await rm(join(folder, UNET));
      await put(folder, "unet", "diffusion_pytorch_model.bin", "PK");
    }),
    { code: "checkpoint/pickle", hint: expect.stringContaining("convert it once") },
    "refused as a pickle",
  ),
  row(
    "a Git LFS pointer as weights",
    "a clone without Git LFS",
    folderOf((folder) => writeFile(join(folder, UNET), "version https://git-lfs.github.com/spec/v1\n")),
    { code: "safetensors/not-safetensors", message: expect.stringContaining("Git LFS pointer") },
    "refused by name",
  ),
  row(
    "a pointer or damaged file of a form that is not taken",
    "a clone of one form",
    folderOf((folder) =>
      put(
        folder,
        "unet",
        "diffusion_pytorch_model.non_ema.safetensors",
        "version https://git-lfs.github.com/spec/v1\n",
      ),
    ),
    read,
  ),
  row(
    "a text encoder saved with its vision half",
    "transformers",
    folderOf(async (folder) => {
      const { tensors } = await import("../../src/formats/files.node.ts").then(({ readSafetensors }) =>
        readSafetensors(join(folder, "text_encoder/model.safetensors")),
      );
      await writeTensors(
        join(folder, "text_encoder"),
        "model.safetensors",
        new Map([
          ...tensors,
          ["vision_model.embeddings.class_embedding", zeros("F16", 8)],
          ["logit_scale", scalarOf("F16", 4)],
          ["text_projection.weight", zeros("F16", 8, 8)],
        ]),
      );
    }),
    { text: ["text_encoder"], notes: [expect.stringContaining("3 tensors are not used: ")] },
    "read without it, which is named",
  ),
];

/** Checkpoints, autoencoders, types of weights and folders. */
export const checkpoints: readonly CompatibilityRow[] = [...files, ...autoencoders, ...types, ...folders];
