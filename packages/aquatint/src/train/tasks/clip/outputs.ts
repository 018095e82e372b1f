import type { Dataset } from "../../../data/dataset.ts";
import { input } from "../../../ops/leaves.ts";
import { captionIds } from "../../../pipelines/caption-ids.ts";
import type { Runtime } from "../../../runtime/types.ts";
import { tokenizerFrom } from "../../../tokenizers/files.ts";
import type { TaskOutputs, TrainedWeights } from "../../task.ts";
import { inChunks } from "../in-chunks.ts";
import { evaluationSamples } from "../sources.ts";
import type { ClipTaskConfig } from "./config.ts";
import { encodeClip } from "./folder.ts";
import { retrieval } from "./retrieval.ts";
import type { ClipParts } from "./task.ts";

/** Pictures that one run of a program takes. */
const CHUNK = 32;

interface OutputsInput extends ClipParts {
  readonly runtime: Runtime;
  readonly dataset: Dataset;
  readonly weights: TrainedWeights;
}

/** Retrieval among held-out pictures, and the folder of both towers in float16. */
export function clipOutputs({ evaluation }: ClipTaskConfig, parts: OutputsInput): TaskOutputs {
  const { dataset, json: config, tokenizerFiles, weights } = parts;
  const towers = towersOf(parts);
  return {
    async evaluate() {
      const { pictures, captions } = await evaluationSamples(dataset, evaluation.pictures);
      return retrieval({ ...(await towers.embed(pictures, captions)), captions });
    },
    modelFiles: async () =>
      encodeClip({ config, side: dataset.size[0], tokenizerFiles, weights: await weights.read() }),
    [Symbol.asyncDispose]: towers.dispose,
  };
}

/** Runs both towers from the weights as they stand. */
function towersOf({ model, runtime, dataset, tokenizerFiles, weights: { state, parameters } }: OutputsInput) {
  const tokenizer = tokenizerFrom(tokenizerFiles);
  const shape = [3, ...dataset.size];
  const trace = (n: number) => {
    const pictures = input({ name: "pictures", dtype: "float32", shape: [n, ...shape] });
    const { imageEmbeds, textEmbeds } = model(
      pictures,
      input({ name: "ids", dtype: "int32", shape: [n, tokenizer.modelMaxLength] }),
    );
    return { imageEmbeds, textEmbeds };
  };
  const network = inChunks({ runtime, state, parameters, chunk: CHUNK, trace });
  return {
    async embed(pictures: Float32Array, captions: readonly string[]) {
      const feed = { dtype: "float32", shape: [captions.length, ...shape], data: pictures } as const;
      const found = await network.run({ pictures: feed, ids: captionIds(tokenizer, captions) });
      const of = (name: string) => found[name]!.data as Float32Array;
      return { images: of("imageEmbeds"), texts: of("textEmbeds") };
    },
    dispose: () => network[Symbol.asyncDispose](),
  };
}
