import { bindWeights } from "../../checkpoints/bind-weights.ts";
import { readTensors } from "../../checkpoints/read.ts";
import type { TensorLocation } from "../../checkpoints/types.ts";
import type { CompileOptions } from "../../compiler/compile.ts";
import { loadSchedulerSettings } from "../../diffusion/diffusers/load-scheduler.ts";
import type { SchedulerSettings } from "../../diffusion/scheduler.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { Defaulted, HostTensor } from "../../graph/types.ts";
import type { LatentRgb } from "../../models/latent-rgb.ts";
import { kindGeneration } from "../../models/pipeline-classes.ts";
import { expectKeys } from "../../nn/module.ts";
import type { ClipTokenizer } from "../../tokenizers/clip.ts";
import { type TokenizerFiles, tokenizerFrom } from "../../tokenizers/files.ts";
import type { GenerationDefaults } from "../../util/generation-defaults.ts";
import type { JsonObject } from "../../util/json.ts";
import type { AddedLora, NetworkAdapters } from "../adapters/adapters.ts";
import type { TextEmbeddings } from "../conditioning/encode.ts";
import type { NetworkOptions } from "../network/network.ts";
import type { PipelineComponents } from "./components.ts";
import { generationDefaults } from "./defaults.ts";

/** The JSON of a model's parts, in diffusers' and transformers' names: without a `vae` it works on pixels. */
export interface ModelConfigs {
  readonly unet: JsonObject;
  readonly text_encoder?: JsonObject;
  readonly text_encoder_2?: JsonObject;
  readonly vae?: JsonObject;
  readonly scheduler: JsonObject;
  /** The content of `model_index.json`; absent for a kind that follows from the networks. */
  readonly index?: JsonObject;
  /** The content of `generation_config.json`, where there is one. */
  readonly generation?: JsonObject;
}

/** A model that has been read and checked, but not loaded: configurations, tokenizer and modules without weights. */
export interface TextToImageModel {
  readonly name: string;
  readonly configs: ModelConfigs;
  readonly scheduler: SchedulerSettings;
  /** The model's own choices. */
  readonly generation: GenerationDefaults;
  /** One a text encoder, as `modules.textEncoders` has them, with the files that they were read from. */
  readonly tokenizers: readonly ClipTokenizer[];
  readonly tokenizerFiles: readonly TokenizerFiles[];
  readonly modules: PipelineComponents;
  /** The files of the U-Net's weights, by which others know the model; absent where they are in memory. */
  readonly weightFiles?: readonly string[];
  /** The map of its family from latents to RGB, where it is of a known one. */
  readonly latentRgb?: LatentRgb | undefined;
  /** LoRAs beside its networks, with the scale of a caller who gives none. */
  readonly loras?: readonly AddedLora[];
  /** Textual inversions that prompts may call. */
  readonly embeddings?: TextEmbeddings | undefined;
  /** Sentences on what of its files is not used. */
  readonly notes?: readonly string[];
  /** True for its own form for few steps. */
  readonly fewSteps?: true;
  /** Every parameter that a program of it takes, by name: its networks', and those of what stands beside them. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** Locations of their values, by the same names. */
  readonly locations: ReadonlyMap<string, TensorLocation>;
  /** LoRAs as branches of the networks. */
  readonly adapters?: NetworkAdapters | undefined;
  /** Reads the weights by their names in `parameters`, widened to float32. @throws CheckpointError */
  weights(): Promise<ReadonlyMap<string, HostTensor>>;
  /** The weights as a program's constants, mapped from their files where the model lies on a disk. @throws CheckpointError */
  binding(): Promise<WeightBinding>;
}
/** Sources of a program's weights, and what stands beside and in place of them. */
export type WeightBinding = Defaulted<Pick<CompileOptions, "parameters">> &
  Pick<CompileOptions, "weightsFolder" | "float16"> &
  NetworkOptions;
/** The parts of a model, wherever its files are. */
export interface ModelParts extends Pick<TextToImageModel, "name" | "configs" | "tokenizerFiles"> {
  readonly modules: PipelineComponents;
}

/** A model's configurations, parsed. @throws AquatintError where they are wrong. */
export const describedModel = async ({ name, configs, modules, tokenizerFiles }: ModelParts) => ({
  name,
  configs,
  modules,
  tokenizerFiles,
  scheduler: await loadSchedulerSettings(configs.scheduler),
  generation: generationDefaults(configs.generation, kindGeneration(configs.index)),
  tokenizers: tokenizerFiles.map(tokenizerFrom),
});

/** The model with the methods that read and bind what its `parameters` and `locations` say. */
export const boundModel = (parts: Omit<TextToImageModel, "weights" | "binding">): TextToImageModel => ({
  ...parts,
  async weights() {
    expectKeys(parts.name, parts.parameters, parts.locations);
    return readTensors(parts.locations);
  },
  async binding() {
    const { name, parameters, locations, adapters, embeddings } = parts;
    expectKeys(name, parameters, locations);
    return { ...(await bindWeights(parameters, locations)), adapters, embeddings };
  },
});
