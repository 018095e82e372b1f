import type { Dataset } from "../../../data/dataset.ts";
import type { SchedulerSettings } from "../../../diffusion/scheduler.ts";
import { schedulerSettings } from "../../../diffusion/scheduler-config.ts";
import type { HostTensor } from "../../../graph/types.ts";
import { expectKeys } from "../../../nn/module.ts";
import { input } from "../../../ops/leaves.ts";
import { type ModelConfigs, openModel, type TextToImageModel } from "../../../pipelines/model-folder.ts";
import { modelParameters, type TextToImageModules, textToImageModules } from "../../../pipelines/modules.ts";
import { type TokenizerFiles, tokenizerFrom } from "../../../tokenizers/files.ts";
import type { Phase, Task } from "../../task.ts";
import { type TaskContext, taskKind } from "../kind.ts";
import { sourcesOf } from "../sources.ts";
import { settledVocabulary, vocabularyConfig } from "../vocabulary.ts";
import { captionFeed } from "./captions.ts";
import { denoisingFields } from "./config.ts";
import { denoisingObjective } from "./objective.ts";
import { type DenoisingConfig, denoisingOutputs } from "./outputs.ts";

/** A text encoder and a U-Net on the pixels of captioned pictures. */
export const denoising = taskKind({
  summary: "A text encoder and a U-Net that denoises the pixels of captioned pictures.",
  fields: denoisingFields,
  async create(config, context) {
    const initial = context.initFrom && (await openModel(context.initFrom));
    const model = denoisingModel(config.model, { ...context, initial });
    return denoisingTask(config, { ...context, model, initial });
  },
});

/** A model in training: its parts' configurations, its vocabulary, its networks. */
export interface DenoisingModel {
  readonly configs: ModelConfigs;
  readonly tokenizerFiles: TokenizerFiles;
  readonly modules: TextToImageModules;
  readonly scheduler: SchedulerSettings;
}

interface ModelContext {
  readonly dataset: Dataset;
  readonly assets?: TaskContext["assets"] | undefined;
  readonly initial?: TextToImageModel | undefined;
}

/** The vocabulary is the run's own, or the initial model's, or learnt from the captions; configurations follow it. */
function denoisingModel(
  { unet, text_encoder, scheduler, tokenizer }: DenoisingConfig["model"],
  { dataset, assets, initial }: ModelContext,
): DenoisingModel {
  const tokenizerFiles = settledVocabulary(tokenizer, { dataset, assets, initial: initial?.tokenizerFiles });
  const configs: ModelConfigs = {
    unet: { sample_size: dataset.size[0], in_channels: 3, out_channels: 3, ...unet },
    text_encoder: { ...vocabularyConfig(tokenizerFiles), ...text_encoder },
    scheduler,
  };
  return { configs, tokenizerFiles, modules: textToImageModules(configs), scheduler: schedulerSettings(scheduler) };
}

interface TaskParts extends TaskContext {
  readonly model: DenoisingModel;
  readonly initial: TextToImageModel | undefined;
}

function denoisingTask(config: DenoisingConfig, parts: TaskParts): Task {
  const { model, initial, runtime } = parts;
  const parameters = modelParameters(model.modules);
  const { phase, restore } = denoisingPhase(config, parts);
  return {
    parameters,
    phases: [phase],
    assets: { ...model.tokenizerFiles },
    restore,
    async initial(): Promise<ReadonlyMap<string, HostTensor>> {
      const weights = (await initial?.weights()) ?? new Map<string, HostTensor>();
      if (initial) expectKeys("the model to begin with", parameters, weights);
      return weights;
    },
    outputs: (weights) => denoisingOutputs(config, { runtime, model, weights }),
  };
}

function denoisingPhase(
  { objective: { guidance_dropout, timesteps, min_snr_gamma } }: DenoisingConfig,
  parts: TaskParts,
) {
  const { model, dataset, seed, batchSize, microBatchSize: n, trace = (graph) => graph() } = parts;
  const { modules, scheduler } = model;
  const tokenizer = tokenizerFrom(model.tokenizerFiles);
  const sample = [modules.channels, ...dataset.size];
  const objective = denoisingObjective({ sample, scheduler, timesteps, minSnrGamma: min_snr_gamma });
  const ids = input({ name: "ids", dtype: "int32", shape: [n, tokenizer.modelMaxLength] });
  const sources = sourcesOf({ dataset, seed });
  const phase: Phase = {
    name: "denoising",
    ...trace(() => objective.loss(n, (xt, t) => modules.unet(xt, t, modules.textEncoder(ids).lastHiddenState))),
    async next() {
      const { pictures, captions } = await sources.stream.next(batchSize);
      const { draws } = sources;
      const { feeds, report } = objective.draw(pictures, draws);
      const texts = captionFeed(captions, draws, { tokenizer, dropout: guidance_dropout });
      return { feeds: { ...feeds, ids: texts }, position: sources.position(), report };
    },
  };
  return { phase, restore: sources.restore };
}
