import type { Dataset } from "../../../data/dataset.ts";
import type { Runtime } from "../../../runtime/types.ts";
import type { TaskOutputs, TrainedWeights } from "../../loop/task.ts";
import { evaluationSamples } from "../sources.ts";
import type { ClipTaskConfig } from "./config.ts";
import { encodeClip } from "./folder.ts";
import type { ClipParts } from "./parts.ts";
import { retrieval } from "./retrieval.ts";
import { clipTowers } from "./towers.ts";

interface OutputsInput extends ClipParts {
  readonly runtime: Runtime;
  readonly dataset: Dataset;
  readonly weights: TrainedWeights;
}

/** Retrieval among held-out images, and the folder of both towers in float16. */
export function clipOutputs({ evaluation }: ClipTaskConfig, parts: OutputsInput): TaskOutputs {
  const { dataset, json: config, tokenizerFiles, weights, model, runtime } = parts;
  const { state, parameters } = weights;
  const towers = clipTowers({ model, runtime, tokenizerFiles, size: dataset.size, state, parameters });
  return {
    async evaluate() {
      const { images, captions } = await evaluationSamples(dataset, evaluation.images);
      return retrieval({ ...(await towers.embed(images, captions)), captions, group: dataset.group });
    },
    modelFiles: async () =>
      encodeClip({ config, side: dataset.size[0], tokenizerFiles, weights: await weights.read() }),
    [Symbol.asyncDispose]: () => towers[Symbol.asyncDispose](),
  };
}
