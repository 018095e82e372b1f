import type { LatentRgb } from "../checkpoints/latent-rgb.ts";
import type { SchedulerSettings } from "../diffusion/scheduler.ts";
import { publishedScheduler, schedulerSettings } from "../diffusion/scheduler-config.ts";
import { AquatintError } from "../errors.ts";
import type { HostTensor } from "../graph/types.ts";
import type { ExecutableOptions } from "../runtime/compile.ts";
import type { ClipTokenizer } from "../tokenizers/clip.ts";
import { type TokenizerFiles, tokenizerFileNames, tokenizerFrom } from "../tokenizers/files.ts";
import {
  encodeComponent,
  encodeJson,
  type PublishedClass,
  published,
  readJson,
  readOptionalJson,
  readWeights,
} from "./component.ts";
import { type GenerationDefaults, generationDefaults } from "./generation.ts";
import { modelParameters, type TextToImageModules, textToImageModules } from "./modules.ts";
import type { ModelSource } from "./source.ts";

/** The networks of a folder by the names of their subfolders. */
type Components = Readonly<Record<string, PublishedClass>>;
interface PipelineKind {
  readonly components: Components;
  /** What else `model_index.json` says. */
  readonly index: Readonly<Record<string, unknown>>;
}

const text = { unet: "UNet2DConditionModel", text_encoder: "CLIPTextModel" } as const;
const absent = [null, null];

/** Every kind of folder that can be opened and written, by the `_class_name` of its model_index.json. */
export const pipelineKinds: Readonly<Record<string, PipelineKind>> = {
  AquatintPixelPipeline: { components: text, index: {} },
  StableDiffusionPipeline: {
    components: { ...text, vae: "AutoencoderKL" },
    index: {
      feature_extractor: absent,
      image_encoder: absent,
      safety_checker: absent,
      requires_safety_checker: false,
    },
  },
};

/** The JSON of a model's parts, in diffusers' and transformers' names: without a `vae` it works on pixels. */
export interface ModelConfigs {
  readonly unet: Readonly<Record<string, unknown>>;
  readonly text_encoder: Readonly<Record<string, unknown>>;
  readonly vae?: Readonly<Record<string, unknown>>;
  readonly scheduler: Readonly<Record<string, unknown>>;
  /** What `generation_config.json` says, where there is one. */
  readonly generation?: Readonly<Record<string, unknown>>;
}
type NetworkConfigs = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A model that has been read and checked, but not loaded: configurations, tokenizer and modules without weights. */
export interface TextToImageModel {
  readonly name: string;
  readonly configs: ModelConfigs;
  readonly scheduler: SchedulerSettings;
  /** The model's own choices. */
  readonly generation: GenerationDefaults;
  readonly tokenizer: ClipTokenizer;
  readonly tokenizerFiles: TokenizerFiles;
  readonly modules: TextToImageModules;
  /** The files of the U-Net's weights, by which others know the model; absent where they are in memory. */
  readonly weightFiles?: readonly string[];
  /** How the latents of its family look, where it is of a known one. */
  readonly latentRgb?: LatentRgb | undefined;
  /** Reads the weights by their names in `modelParameters`, widened to float32. @throws CheckpointError */
  weights(): Promise<ReadonlyMap<string, HostTensor>>;
  /** The weights as a program's constants, mapped from their files where the model lies in files. @throws CheckpointError */
  binding(): Promise<WeightBinding>;
}
/** Where a program takes its weights from. */
export type WeightBinding = Required<Pick<ExecutableOptions, "parameters">> & Pick<ExecutableOptions, "weightsFolder">;
/** What a model is made of, wherever its files are. */
export interface ModelParts extends Pick<TextToImageModel, "name" | "configs" | "tokenizerFiles"> {
  readonly modules: TextToImageModules;
}

/** The file of a model's own choices. */
export const GENERATION = "generation_config.json";

/** Reads a model folder's configurations; nothing is loaded yet. @throws AquatintError where it is no text-to-image model. */
export async function openModel(source: ModelSource): Promise<TextToImageModel> {
  const { components } = kindOf(source.name, await readJson(source, "model_index.json"));
  const names = Object.keys(components);
  const read = await Promise.all(names.map((part) => readJson(source, `${part}/config.json`)));
  const scheduler = await readJson(source, "scheduler/scheduler_config.json");
  const generation = await readOptionalJson(source, GENERATION);
  const networks = Object.fromEntries(names.map((part, i) => [part, read[i]!]));
  const configs = { ...networks, scheduler, ...(generation && { generation }) } as unknown as ModelConfigs;
  const modules = textToImageModules(configs);
  const tokenizerFiles = await readTokenizer(source, "tokenizer/");
  const weights = () => readAll(source, components, modules);
  const binding = async () => ({ parameters: { names: modelParameters(modules), as: await weights() } });
  return { ...describedModel({ name: source.name, configs, modules, tokenizerFiles }), weights, binding };
}

/** What a model's configurations say, parsed. @throws AquatintError where they are wrong. */
export const describedModel = ({ name, configs, modules, tokenizerFiles }: ModelParts) => ({
  name,
  configs,
  modules,
  tokenizerFiles,
  scheduler: schedulerSettings(configs.scheduler),
  generation: generationDefaults(configs.generation),
  tokenizer: tokenizerFrom(tokenizerFiles),
});

function kindOf(name: string, index: Readonly<Record<string, unknown>>): PipelineKind {
  const className = index["_class_name"];
  if (typeof className === "string" && Object.hasOwn(pipelineKinds, className)) return pipelineKinds[className]!;
  const known = Object.keys(pipelineKinds).join(" or ");
  throw new AquatintError("model/class", `${name} holds a ${JSON.stringify(className)}, expected ${known}`, {
    hint: "give the folder of a text-to-image model, such as one that aquatint train wrote",
  });
}

/** The tokenizer's files under a prefix of a model folder. */
export async function readTokenizer(source: ModelSource, prefix: string): Promise<TokenizerFiles> {
  const files = await Promise.all(tokenizerFileNames.map((file) => source.read(prefix + file)));
  const texts = tokenizerFileNames.map((file, i) => [file, new TextDecoder().decode(files[i])]);
  return Object.fromEntries(texts) as TokenizerFiles;
}

async function readAll(source: ModelSource, components: Components, modules: TextToImageModules) {
  const all = [...modelParameters(modules)];
  const read = new Map<string, HostTensor>();
  for (const [part, className] of Object.entries(components)) {
    const parameters = new Map(own(all, part));
    const weights = await readWeights(source, { folder: part, className, parameters });
    for (const [key, value] of weights) read.set(`${part}.${key}`, value);
  }
  return read;
}

/** The entries whose names begin with a component's, without it. */
const own = <T>(entries: Iterable<readonly [string, T]>, part: string): [string, T][] =>
  Array.from(entries).flatMap(([name, value]) =>
    name.startsWith(`${part}.`) ? [[name.slice(part.length + 1), value] as [string, T]] : [],
  );

/** All that a model folder holds. */
export interface ModelFolder {
  readonly configs: ModelConfigs;
  readonly tokenizer: TokenizerFiles;
  /** By their names in `modelParameters`. */
  readonly weights: ReadonlyMap<string, HostTensor>;
  readonly dtype?: "F16" | "F32";
}

/** The files of a model folder, by their paths in it. */
export function encodeModelFolder({ configs, tokenizer, weights, dtype = "F16" }: ModelFolder) {
  const { scheduler, generation, ...networks } = configs;
  const [className, kind] = kindWith(networks);
  const files = new Map<string, Uint8Array | string>();
  const index: Record<string, unknown> = { _class_name: className, ...kind.index };
  for (const [folder, part] of Object.entries(kind.components)) {
    const config = (networks as NetworkConfigs)[folder]!;
    const content = { folder, className: part, config, weights: new Map(own(weights, folder)), dtype };
    for (const [path, bytes] of encodeComponent(content)) files.set(path, bytes);
    index[folder] = [published[part].library, part];
  }
  for (const file of tokenizerFileNames) files.set(`tokenizer/${file}`, tokenizer[file]);
  files.set("scheduler/scheduler_config.json", encodeJson(publishedScheduler(scheduler)));
  if (generation) files.set(GENERATION, encodeJson(generation));
  const rest = { tokenizer: ["transformers", "CLIPTokenizer"], scheduler: ["diffusers", scheduler["_class_name"]] };
  files.set("model_index.json", encodeJson({ ...index, ...rest }));
  return files;
}

/** The kind whose networks are exactly these. */
function kindWith(networks: object): readonly [className: string, kind: PipelineKind] {
  const names = (of: object) => Object.keys(of).sort().join();
  return Object.entries(pipelineKinds).find(([, { components }]) => names(components) === names(networks))!;
}
