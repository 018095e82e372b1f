import { z } from "zod";
import type { SchedulerSettings } from "../diffusion/scheduler.ts";
import { schedulerSettings } from "../diffusion/scheduler-config.ts";
import { AquatintError, messageOf } from "../errors.ts";
import { fromFloat32, toFloat32 } from "../formats/half.ts";
import { encodeSafetensors, parseSafetensors } from "../formats/safetensors.ts";
import type { HostTensor } from "../graph/types.ts";
import { expectKeys, parameters } from "../nn/module.ts";
import type { ClipTokenizer } from "../tokenizers/clip.ts";
import { type TokenizerFiles, tokenizerFileNames, tokenizerFrom } from "../tokenizers/files.ts";
import { type PixelModules, pixelModules } from "./pixel-modules.ts";
import type { ModelSource } from "./source.ts";

/** The `_class_name` of a folder whose U-Net works on pixels and not on latents. */
export const PIXEL_PIPELINE = "AquatintPixelPipeline";

const components = {
  unet: {
    library: "diffusers",
    className: "UNet2DConditionModel",
    weights: "unet/diffusion_pytorch_model.safetensors",
  },
  text_encoder: { library: "transformers", className: "CLIPTextModel", weights: "text_encoder/model.safetensors" },
} as const;
type ComponentName = keyof typeof components;

/** The JSON of a pixel checkpoint's parts, in diffusers' and transformers' names. */
export interface PixelConfigs {
  readonly unet: Readonly<Record<string, unknown>>;
  readonly text_encoder: Readonly<Record<string, unknown>>;
  readonly scheduler: Readonly<Record<string, unknown>>;
}

/** A pixel model that has been read and checked, but not loaded: configurations, tokenizer and modules without weights. */
export interface PixelModel {
  readonly name: string;
  readonly configs: PixelConfigs;
  readonly scheduler: SchedulerSettings;
  readonly tokenizer: ClipTokenizer;
  readonly tokenizerFiles: TokenizerFiles;
  readonly modules: PixelModules;
  /** Reads the weights by their names in `pixelParameters`, widened to float32. @throws CheckpointError */
  weights(): Promise<ReadonlyMap<string, HostTensor>>;
}

/** Every parameter of the modules: "unet.conv_in.weight", "text_encoder.…". */
export const pixelParameters = (modules: PixelModules) =>
  parameters({ unet: modules.unet, text_encoder: modules.textEncoder });

/** Reads a checkpoint folder's configurations; nothing is loaded yet. @throws AquatintError where it is no pixel model. */
export async function openPixelModel(source: ModelSource): Promise<PixelModel> {
  const index = await readJson(source, "model_index.json");
  if (index["_class_name"] !== PIXEL_PIPELINE) {
    throw new AquatintError(
      "model/class",
      `${source.name} holds a ${JSON.stringify(index["_class_name"])}, expected "${PIXEL_PIPELINE}"`,
      { hint: "give the folder of a pixel model, such as one that aquatint train wrote" },
    );
  }
  const [unet, text_encoder, scheduler] = await Promise.all([
    readJson(source, "unet/config.json"),
    readJson(source, "text_encoder/config.json"),
    readJson(source, "scheduler/scheduler_config.json"),
  ]);
  const configs = { unet, text_encoder, scheduler };
  const modules = pixelModules(configs);
  const tokenizerFiles = await readTokenizer(source);
  return {
    name: source.name,
    configs,
    modules,
    scheduler: schedulerSettings(scheduler),
    tokenizer: tokenizerFrom(tokenizerFiles),
    tokenizerFiles,
    weights: () => readWeights(source, modules),
  };
}

const jsonObject = z.record(z.string(), z.unknown());
async function readJson(source: ModelSource, path: string): Promise<Record<string, unknown>> {
  const text = new TextDecoder().decode(await source.read(path));
  try {
    return jsonObject.parse(JSON.parse(text));
  } catch (cause) {
    throw new AquatintError("model/json", `${source.name}/${path} is not a JSON object: ${messageOf(cause)}`, {
      cause,
    });
  }
}

async function readTokenizer(source: ModelSource): Promise<TokenizerFiles> {
  const files = await Promise.all(tokenizerFileNames.map((file) => source.read(`tokenizer/${file}`)));
  const texts = tokenizerFileNames.map((file, i) => [file, new TextDecoder().decode(files[i])]);
  return Object.fromEntries(texts) as TokenizerFiles;
}

async function readWeights(source: ModelSource, modules: PixelModules): Promise<Map<string, HostTensor>> {
  const read = new Map<string, HostTensor>();
  for (const [part, { weights: path }] of Object.entries(components)) {
    const name = `${source.name}/${path}`;
    const { tensors } = parseSafetensors(await source.read(path), { name });
    expectKeys(name, parameters(partOf(modules, part as ComponentName)), tensors);
    for (const [key, raw] of tensors) {
      read.set(`${part}.${key}`, { dtype: "float32", shape: raw.shape, data: toFloat32(raw, { name: key }) });
    }
  }
  return read;
}
const partOf = (modules: PixelModules, part: ComponentName) =>
  ({ unet: modules.unet, text_encoder: modules.textEncoder })[part];

/** All that a checkpoint folder of a pixel model holds. */
export interface PixelFolder {
  readonly configs: PixelConfigs;
  readonly tokenizer: TokenizerFiles;
  /** By their names in `pixelParameters`. */
  readonly weights: ReadonlyMap<string, HostTensor>;
  readonly dtype?: "F16" | "F32";
}

/** The files of a checkpoint folder, by their paths in it. */
export function encodePixelFolder({
  configs,
  tokenizer,
  weights,
  dtype = "F16",
}: PixelFolder): Map<string, Uint8Array | string> {
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  const files = new Map<string, Uint8Array | string>();
  for (const [part, { weights: path, className }] of Object.entries(components)) {
    const own = Array.from(weights).filter(([name]) => name.startsWith(`${part}.`));
    const raw = own.map(([name, { data, shape }]) => {
      return [name.slice(part.length + 1), fromFloat32(data as Float32Array, shape, dtype)] as const;
    });
    files.set(path, encodeSafetensors(new Map(raw), { format: "pt" }));
    files.set(`${part}/config.json`, json({ _class_name: className, ...configs[part as ComponentName] }));
  }
  files.set("scheduler/scheduler_config.json", json(configs.scheduler));
  for (const file of tokenizerFileNames) files.set(`tokenizer/${file}`, tokenizer[file]);
  files.set("model_index.json", json(modelIndex(configs)));
  return files;
}

const modelIndex = ({ scheduler }: PixelConfigs) => ({
  _class_name: PIXEL_PIPELINE,
  ...Object.fromEntries(Object.entries(components).map(([part, c]) => [part, [c.library, c.className]])),
  tokenizer: ["transformers", "CLIPTokenizer"],
  scheduler: ["diffusers", scheduler["_class_name"]],
});
