import { type Image, tensorToImages } from "aquatint/formats";
import { float32Data, type Tensor } from "aquatint/graph";
import { torchCpu } from "aquatint/math";
import { input } from "aquatint/ops";
import { captionIds } from "aquatint/pipelines";
import type { ClipTokenizer } from "aquatint/tokenizers";
import { inChunks, type TaskContext, type TaskOutputs, type TrainedWeights } from "aquatint/train";
import type { OnePassFolder, OnePassModules } from "../../models/one-pass-folder.ts";
import type { OnePassSamples } from "./config.ts";
import type { OnePassParts } from "./parts.ts";

/** The modules around a network of one pass. */
export type Modules = OnePassModules<ReturnType<OnePassFolder["build"]>["network"]>;

/** The graph from `z` [n, latent_size] and the captions' `ids` to images [n, 3, h, w]. */
export function onePassImages({ network, textEncoder }: Modules, tokenizer: ClipTokenizer, n: number): Tensor {
  const ids = input({ name: "ids", dtype: "int32", shape: [n, tokenizer.modelMaxLength] });
  const z = input({ name: "z", dtype: "float32", shape: [n, network.config.latent_size] });
  return network(z, textEncoder(ids).pooled);
}

interface OutputsInput extends Pick<TaskContext, "runtime"> {
  readonly folder: OnePassFolder;
  readonly parts: OnePassParts<Modules["network"]>;
  readonly weights: TrainedWeights;
  readonly samples: OnePassSamples;
}

/** Sample images of the configuration's prompts, and the model's folder in float16. */
export function onePassOutputs({ folder, parts, runtime, weights, samples }: OutputsInput): TaskOutputs {
  const { modules, tokenizer, configs, tokenizerFiles } = parts;
  const { state, parameters } = weights;
  const { latent_size: width, sample_size: side } = modules.network.config;
  const trace = (n: number) => ({ images: onePassImages(modules, tokenizer, n) });
  const chunk = samples?.prompts.length ?? 1;
  const network = inChunks({ runtime, state, parameters, chunk, trace });
  const draw = async ({ prompts, seed }: NonNullable<OnePassSamples>): Promise<readonly Image[]> => {
    const n = prompts.length;
    const z = { dtype: "float32", shape: [n, width], data: torchCpu(seed).randn(n * width) } as const;
    const { images } = await network.run({ z, ids: captionIds(tokenizer, prompts) });
    return tensorToImages(float32Data(images), { width: side, height: side });
  };
  return {
    ...(samples && { samples: () => draw(samples) }),
    modelFiles: async () => folder.encode({ configs, tokenizerFiles, weights: await weights.read() }),
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}
