import type { z } from "zod";
import { openModel } from "../../../checkpoints/open.ts";
import type { Dataset } from "../../../data/dataset.ts";
import { schedulerSettings } from "../../../diffusion/diffusers/scheduler-config.ts";
import type { SchedulerSettings } from "../../../diffusion/scheduler.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import type { HostTensor } from "../../../graph/types.ts";
import { downsampling, parseAutoencoderConfig } from "../../../models/autoencoder/index.ts";
import { expectKeys, parameters } from "../../../nn/module.ts";
import { modelParameters, type PipelineComponents } from "../../../pipelines/model/components.ts";
import type { ModelConfigs, TextToImageModel } from "../../../pipelines/model/model-folder.ts";
import { textToImageModel } from "../../../pipelines/model/text-to-image-model.ts";
import { textToImageModules } from "../../../pipelines/model/text-to-image-modules.ts";
import type { TokenizerFiles } from "../../../tokenizers/files.ts";
import { trainedGeneration } from "../../../util/generation-defaults.ts";
import { itemAt } from "../../../util/items.ts";
import type { TaskContext } from "../kind.ts";
import { settledVocabulary, vocabularyConfig } from "../vocabulary.ts";
import type { denoisingFields } from "./config.ts";
import { type FrozenPart, frozenAssets, frozenParts } from "./parts.ts";

const { steps: num_inference_steps, guidance: guidance_scale } = trainedGeneration;
/** Generation defaults of a folder where the configuration does not: other tools would guide it as a large model. */
const trainedChoices = { num_inference_steps, guidance_scale };

type ModelFields = z.output<typeof denoisingFields.model>;

/** A model in training: its parts' configurations, its vocabulary, its networks. */
export interface DenoisingModel {
  readonly configs: ModelConfigs;
  readonly tokenizerFiles: TokenizerFiles;
  readonly modules: PipelineComponents;
  /** All that live in a run's state, by their names in checkpoints. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly scheduler: SchedulerSettings;
  /** Patterns of the parameters that stay as other runs left them. */
  readonly frozen: readonly string[];
  /** Assets in a checkpoint. */
  readonly assets: Readonly<Record<string, string>>;
  /** First values: of everything from the initial model, else of the frozen parts. @throws CheckpointError */
  initial(): Promise<ReadonlyMap<string, HostTensor>>;
}

/**
 * The vocabulary is the run's own, or the initial model's, or the frozen text encoder's, or learned from the captions;
 * configurations follow it, the data and the frozen parts.
 */
export async function denoisingModel(fields: ModelFields, context: TaskContext): Promise<DenoisingModel> {
  const { dataset, assets, initFrom } = context;
  const { unet, text_encoder, vae, scheduler, generation } = fields;
  const initial = initFrom && (await textToImageModel(await openModel(initFrom)));
  const folders = {
    ...(vae !== undefined && { vae }),
    ...(typeof text_encoder === "string" && { text_encoder }),
  };
  const frozen = await frozenParts(folders, { ...context, initial });
  const initialFiles = initial?.tokenizerFiles[0] ?? frozen.text_encoder?.tokenizerFiles;
  const tokenizerFiles = settledVocabulary(fields.tokenizer, { dataset, assets, initial: initialFiles });
  const configs: ModelConfigs = {
    unet: { ...unetConfig(dataset, frozen.vae?.config), ...unet },
    text_encoder: frozen.text_encoder?.config ?? { ...vocabularyConfig(tokenizerFiles), ...(text_encoder as object) },
    ...(frozen.vae && { vae: frozen.vae.config }),
    scheduler,
    generation: { ...trainedChoices, ...generation },
  };
  const modules = textToImageModules(configs);
  return {
    configs,
    tokenizerFiles,
    modules,
    parameters: modelParameters(modules),
    scheduler: schedulerSettings(scheduler),
    frozen: Object.keys(frozen)
      .filter((part) => part !== "text_encoder" || !fields.train_text_encoder)
      .map((part) => `${part}.*`),
    assets: { ...tokenizerFiles, ...frozenAssets(frozen) },
    initial: () => (initial ? wholeModel(initial, modules) : frozenWeights(frozen, modules)),
  };
}

/** The keys of the U-Net's config that follow from what it denoises. */
function unetConfig({ size: [side] }: Dataset, vae: unknown) {
  if (!vae) return { sample_size: side, in_channels: 3, out_channels: 3 };
  const config = parseAutoencoderConfig(vae);
  const { latent_channels: channels } = config;
  return { sample_size: side / downsampling(config), in_channels: channels, out_channels: channels };
}

async function wholeModel(initial: TextToImageModel, modules: PipelineComponents) {
  const weights = await initial.weights();
  expectKeys("the model to begin with", modelParameters(modules), weights);
  return weights;
}

async function frozenWeights(
  frozen: { readonly vae?: FrozenPart; readonly text_encoder?: FrozenPart },
  { vae, textEncoders }: PipelineComponents,
): Promise<ReadonlyMap<string, HostTensor>> {
  const of = async (name: string, part: FrozenPart | undefined, names: ReturnType<typeof parameters>) =>
    Array.from((await part?.read?.(names)) ?? [], ([key, value]) => [`${name}.${key}`, value] as const);
  return new Map([
    ...(await of("vae", frozen.vae, vae ? parameters(vae) : new Map())),
    ...(await of("text_encoder", frozen.text_encoder, parameters(itemAt(textEncoders, 0).model))),
  ]);
}
