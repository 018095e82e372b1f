import { type HostTensors, sizeOf } from "aquatint/graph";
import { average, torchCpu } from "aquatint/math";
import { add, input, mean, scale } from "aquatint/ops";
import { captionIds } from "aquatint/pipelines";
import {
  EVALUATION_SEED,
  evaluationSamples,
  inChunks,
  type Phase,
  sourcesOf,
  type Task,
  type TaskContext,
  type TaskOutputs,
  type TrainedWeights,
} from "aquatint/train";
import type { VariationalAutoencoder } from "../../models/index.ts";
import { vaeFolder } from "../../models/one-pass-folder.ts";
import { onePassOutputs } from "../one-pass/outputs.ts";
import { type OnePassParts, onePassParts } from "../one-pass/parts.ts";
import { vaeTerms } from "./bound.ts";
import type { VaeTaskConfig } from "./config.ts";

/** Images that one run of the evaluation's program takes. */
const CHUNK = 32;

/** The task of a variational autoencoder of captioned images, by the bound on their likelihood. */
export async function openVaeTask(config: VaeTaskConfig, context: TaskContext): Promise<Task> {
  const { vae, ...text } = config.model;
  const parts = await onePassParts(vaeFolder, { network: vae, ...text }, context);
  return vaeTask(config, { ...context, parts });
}

interface VaeParts extends TaskContext {
  readonly parts: OnePassParts<VariationalAutoencoder>;
}

function vaeTask(config: VaeTaskConfig, all: VaeParts): Task {
  const { parts } = all;
  const { phase, restore } = vaePhase(all);
  return {
    parameters: parts.modules.parameters,
    phases: [phase],
    assets: { ...parts.tokenizerFiles },
    restore,
    initial: parts.initial,
    outputs: (weights) => vaeOutputs(config, { ...all, weights }),
  };
}

/** The bound's terms of n images, in bits per dimension: [n] each. */
function boundGraph({ parts: { modules, tokenizer }, dataset }: VaeParts, n: number) {
  const { network, textEncoder } = modules;
  const image = [3, ...dataset.size];
  const terms = vaeTerms({
    vae: network,
    images: input({ name: "images", dtype: "float32", shape: [n, ...image] }),
    noise: input({ name: "noise", dtype: "float32", shape: [n, network.config.latent_size] }),
    condition: textEncoder(input({ name: "ids", dtype: "int32", shape: [n, tokenizer.modelMaxLength] })).pooled,
  });
  const bits = 1 / (sizeOf(image) * Math.LN2);
  return { reconstruction: scale(terms.reconstruction, bits), kl: scale(terms.kl, bits) };
}

interface Samples {
  readonly images: Float32Array;
  readonly captions: readonly string[];
  readonly noise: Float32Array;
}

const feedsOf = ({ parts, dataset }: VaeParts, { images, captions, noise }: Samples): HostTensors => ({
  images: { dtype: "float32", shape: [captions.length, 3, ...dataset.size], data: images },
  noise: { dtype: "float32", shape: [captions.length, parts.modules.network.config.latent_size], data: noise },
  ids: captionIds(parts.tokenizer, captions),
});

function vaePhase(all: VaeParts) {
  const { dataset, seed, batchSize, microBatchSize, parts, trace = (graph) => graph() } = all;
  const sources = sourcesOf({ dataset, seed });
  const phase: Phase = {
    name: "vae",
    ...trace(() => {
      const terms = boundGraph(all, microBatchSize);
      return { loss: mean(add(terms.reconstruction, terms.kl)), results: terms };
    }),
    async next() {
      const { images, captions } = await sources.stream.next(batchSize);
      const noise = sources.draws.randn(batchSize * parts.modules.network.config.latent_size);
      return { feeds: feedsOf(all, { images, captions, noise }), position: sources.position(), report };
    },
  };
  return { phase, restore: sources.restore };
}

/** The terms' means over the batch. */
const report = ({ reconstruction, kl }: HostTensors<"reconstruction" | "kl">) => ({
  reconstruction: average(reconstruction.data),
  kl: average(kl.data),
});

function vaeOutputs(
  { evaluation, samples }: VaeTaskConfig,
  { weights, ...all }: VaeParts & { readonly weights: TrainedWeights },
): TaskOutputs {
  const { parts, runtime, dataset } = all;
  const { state, parameters } = weights;
  const common = onePassOutputs({ folder: vaeFolder, parts, runtime, weights, samples });
  const judge = inChunks({ runtime, state, parameters, chunk: CHUNK, trace: (n) => boundGraph(all, n) });
  return {
    ...common,
    async evaluate() {
      const { images, captions } = await evaluationSamples(dataset, evaluation.images);
      const noise = torchCpu(EVALUATION_SEED).randn(captions.length * parts.modules.network.config.latent_size);
      const { reconstruction, kl } = report(await judge.run(feedsOf(all, { images, captions, noise })));
      return { bits_per_dimension: reconstruction + kl, kl };
    },
    async [Symbol.asyncDispose]() {
      await common[Symbol.asyncDispose]();
      await judge[Symbol.asyncDispose]();
    },
  };
}
