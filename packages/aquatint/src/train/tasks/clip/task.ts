import { AquatintError } from "../../../errors.ts";
import type { HostTensor } from "../../../graph/types.ts";
import { CLIPModel, parseClipConfig } from "../../../models/clip/index.ts";
import { parameters } from "../../../nn/module.ts";
import { input } from "../../../ops/leaves.ts";
import { captionIds } from "../../../pipelines/conditioning/caption-ids.ts";
import { tokenizerFrom } from "../../../tokenizers/files.ts";
import { itemAt } from "../../../util/items.ts";
import type { Phase, Task } from "../../loop/task.ts";
import type { TaskContext } from "../kind.ts";
import { sourcesOf } from "../sources.ts";
import { settledVocabulary, vocabularyConfig } from "../vocabulary.ts";
import type { ClipTaskConfig } from "./config.ts";
import { answersOf, contrastiveLoss } from "./contrastive.ts";
import { type ClipFolder, openClip } from "./folder.ts";
import { clipOutputs } from "./outputs.ts";
import type { ClipParts } from "./parts.ts";

/**
 * The task of both towers. @throws AquatintError "config/accumulate" where batches would be split, "config/batch-size" where
 * they would split a scene from its hard negatives.
 */
export async function openClipTask(config: ClipTaskConfig, context: TaskContext): Promise<Task> {
  const { microBatchSize, batchSize, dataset } = context;
  if (batchSize % (dataset.group ?? 1) !== 0) {
    throw new AquatintError(
      "config/batch-size",
      `a batch of ${batchSize} cuts through the groups of ${dataset.group} scenes`,
      {
        hint: `hard negatives belong in one batch: make "training.batch_size" a multiple of ${dataset.group}`,
      },
    );
  }
  if (microBatchSize !== batchSize) {
    throw new AquatintError("config/accumulate", '"training.accumulate" cannot split a batch of "task": "clip"', {
      hint: "every caption is compared with every image of the batch: leave accumulate at 1",
    });
  }
  return clipTask(config, { ...context, initial: context.initFrom && (await openClip(context.initFrom)) });
}

interface TaskParts extends TaskContext {
  readonly initial: ClipFolder | undefined;
}

function clipParts({ model: modelConfig }: ClipTaskConfig, { dataset, assets, initial }: TaskParts): ClipParts {
  const { text_encoder, image_encoder, tokenizer, ...rest } = modelConfig;
  const tokenizerFiles = settledVocabulary(tokenizer, { dataset, assets, initial: initial?.tokenizerFiles });
  const { projection_dim } = rest;
  const json = {
    ...rest,
    text_config: { ...vocabularyConfig(tokenizerFiles), projection_dim, ...text_encoder },
    vision_config: { image_size: dataset.size[0], projection_dim, ...image_encoder },
  };
  return { model: CLIPModel(parseClipConfig(json)), json, tokenizerFiles };
}

function clipTask(config: ClipTaskConfig, parts: TaskParts): Task {
  const { runtime, dataset, initial } = parts;
  const clip = clipParts(config, parts);
  const names = parameters(clip.model);
  const { phase, restore } = clipPhase(clip, parts);
  return {
    parameters: names,
    phases: [phase],
    assets: { ...clip.tokenizerFiles },
    restore,
    initial: async () => (await initial?.read(names)) ?? new Map(),
    outputs: (weights) => clipOutputs(config, { ...clip, runtime, dataset, weights }),
  };
}

function clipPhase({ model, tokenizerFiles }: ClipParts, parts: TaskParts) {
  const { dataset, seed, batchSize: n, trace = (graph) => graph() } = parts;
  const tokenizer = tokenizerFrom(tokenizerFiles);
  const sources = sourcesOf({ dataset, seed });
  const shape = [n, 3, ...dataset.size];
  const images = input({ name: "images", dtype: "float32", shape });
  const ids = input({ name: "ids", dtype: "int32", shape: [n, tokenizer.modelMaxLength] });
  const answers = input({ name: "answers", dtype: "float32", shape: [n, n] });
  const logitScale = model.children.logit_scale;
  const phase: Phase = {
    name: "clip",
    loss: trace(() => contrastiveLoss({ ...model(images, ids), logitScale, answers })),
    results: { logitScale },
    async next() {
      const { images, captions } = await sources.stream.next(n);
      const feeds = {
        images: { dtype: "float32", shape, data: images },
        ids: captionIds(tokenizer, captions),
        answers: { dtype: "float32", shape: [n, n], data: answersOf(captions) },
      } as const;
      return { feeds, position: sources.position(), report };
    },
  };
  return { phase, restore: sources.restore };
}

const report = ({ logitScale }: Readonly<Record<string, HostTensor>>) => ({
  temperature: 1 / Math.exp(itemAt(logitScale!.data, 0)),
});
