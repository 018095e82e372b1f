import { openModel, readNetwork } from "../../../checkpoints/open.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import type { HostTensor, HostTensors } from "../../../graph/types.ts";
import {
  type Autoencoder,
  AutoencoderKL,
  downsampling,
  parseAutoencoderConfig,
  samplePosterior,
} from "../../../models/autoencoder/index.ts";
import { parameters } from "../../../nn/module.ts";
import { add, scale } from "../../../ops/elementwise.ts";
import { input } from "../../../ops/leaves.ts";
import { itemAt, lookup } from "../../../util/items.ts";
import type { Phase, Task } from "../../loop/task.ts";
import type { TaskContext } from "../kind.ts";
import { type Sources, sourcesOf } from "../sources.ts";
import { type Adversary, adversaryLoss, adversaryOf } from "./adversary.ts";
import type { AutoencoderTaskConfig } from "./config.ts";
import { generatorLoss } from "./critic-losses.ts";
import { type Features, openFeatures } from "./features.ts";
import { evenWeights } from "./initial-weights.ts";
import { autoencoderTerms, featureDistance } from "./losses.ts";
import { autoencoderOutputs } from "./outputs.ts";

/** The task of an autoencoder, with the image encoder that images are compared by and the critic that it deceives. */
export async function openAutoencoderTask(config: AutoencoderTaskConfig, context: TaskContext): Promise<Task> {
  return autoencoderTask(config, { ...context, features: await openFeatures(config.loss, context) });
}

interface TaskParts extends TaskContext {
  readonly features: Features | undefined;
}

const prefixed = <T>(prefix: string, entries: ReadonlyMap<string, T>) =>
  Array.from(entries, ([name, value]) => [`${prefix}.${name}`, value] as const);

const isCritic = (name: string): boolean => name.startsWith("critic.");

function autoencoderTask(config: AutoencoderTaskConfig, context: TaskParts): Task {
  const { dataset, runtime, features, seed } = context;
  const json = { sample_size: dataset.size[0], ...config.model.vae };
  const vae = AutoencoderKL(parseAutoencoderConfig(json));
  const critic = config.loss.adversarial && adversaryOf(config.loss.adversarial);
  const sources = sourcesOf({ dataset, seed });
  const parts: PhaseParts = { ...context, vae, critic, sources, weights: config.loss };
  return {
    parameters: new Map([
      ...prefixed("vae", parameters(vae)),
      ...prefixed("features", features?.parameters ?? new Map<string, Tensor>()),
      ...(critic ? prefixed("critic", parameters(critic)) : []),
    ]),
    frozen: features ? ["features.*"] : [],
    phases: [...criticPhase(parts), autoencoderPhase(parts)],
    restore: sources.restore,
    initial: async () => new Map([...(await firstWeights(config, vae, context)), ...(await frozenWeights(features))]),
    outputs: (weights) => autoencoderOutputs(config, { runtime, dataset, vae, config: json, weights }),
  };
}

/** Those of another model or of the configured kind; none where they are the usual ones. */
async function firstWeights({ model }: AutoencoderTaskConfig, vae: Autoencoder, { initFrom, seed }: TaskContext) {
  const names = parameters(vae);
  if (initFrom) {
    return prefixed("vae", await readNetwork(await openModel(initFrom), "AutoencoderKL", names));
  }
  return model.initial_weights === "even" ? prefixed("vae", evenWeights(names, seed)) : [];
}

const frozenWeights = async (features: Features | undefined) =>
  features ? prefixed("features", await features.weights()) : [];

interface PhaseParts extends TaskParts {
  readonly vae: Autoencoder;
  readonly critic: Adversary | undefined;
  readonly sources: Sources;
  readonly weights: AutoencoderTaskConfig["loss"];
}

/** Images and the noise of their latents: a batch of them, and the inputs of a graph. */
function feeding({ dataset, vae, sources, batchSize, microBatchSize }: PhaseParts) {
  const factor = downsampling(vae.config);
  const image = [3, ...dataset.size];
  const latent = [vae.config.latent_channels, ...dataset.size.map((side) => side / factor)];
  const next = async () => {
    const { images } = await sources.stream.next(batchSize);
    const drawn = sources.draws.randn(batchSize * latent.reduce((a, b) => a * b));
    const feeds = {
      images: { dtype: "float32", shape: [batchSize, ...image], data: images },
      noise: { dtype: "float32", shape: [batchSize, ...latent], data: drawn },
    } as const;
    return { feeds, position: sources.position() };
  };
  const inputs = {
    image: input({ name: "images", dtype: "float32", shape: [microBatchSize, ...image] }),
    noise: input({ name: "noise", dtype: "float32", shape: [microBatchSize, ...latent] }),
  };
  return { next, inputs };
}

/** The autoencoder's outputs for the inputs. */
function coded({ image, noise }: ReturnType<typeof feeding>["inputs"], vae: Autoencoder) {
  const posterior = vae.encode(image);
  return { image, posterior, reconstruction: vae.decode(samplePosterior(posterior, noise)) };
}

function autoencoderPhase(parts: PhaseParts): Phase {
  const { vae, trace = (graph) => graph() } = parts;
  const { next, inputs } = feeding(parts);
  return {
    name: "autoencoder",
    ...trace(() => lossOf(coded(inputs, vae), parts)),
    updates: (name) => !isCritic(name),
    next: async () => ({ ...(await next()), report }),
  };
}

/** The critic's turn, where there is one. */
function criticPhase(parts: PhaseParts): readonly Phase[] {
  const { vae, critic, weights, trace = (graph) => graph() } = parts;
  const { adversarial } = weights;
  if (!critic || !adversarial) return [];
  const { next, inputs } = feeding(parts);
  const { learning_rate: learningRate } = adversarial;
  return [
    {
      name: "critic",
      ...trace(() => adversaryLoss(critic, coded(inputs, vae), adversarial)),
      updates: isCritic,
      training: { average: false, ...(learningRate !== undefined && { learningRate }) },
      next: async () => ({ ...(await next()), report: numbers }),
    },
  ];
}

/** Results beside the loss, by name. */
const numbers = ({ loss: _, gradNorm: __, ...results }: HostTensors): Record<string, number> =>
  Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, itemAt(data, 0)]));

/** The terms by name, and from the squared error the PSNR in dB. */
function report(results: Readonly<Record<string, HostTensor>>): Record<string, number> {
  const terms = numbers(results);
  return { ...terms, psnr: 10 * Math.log10(4 / lookup(terms, "squared")) };
}

function lossOf({ image, posterior, reconstruction }: ReturnType<typeof coded>, parts: PhaseParts) {
  const { features, critic, weights } = parts;
  const results: Record<string, Tensor> = {
    ...autoencoderTerms(image, reconstruction, posterior),
    ...(features && { features: featureDistance(features.states(reconstruction), features.states(image)) }),
    ...(critic && { adversarial: generatorLoss(critic(reconstruction)) }),
  };
  const weightOf: Readonly<Record<string, number>> = {
    ...weights,
    features: weights.features?.weight ?? 0,
    adversarial: weights.adversarial?.weight ?? 0,
  };
  const loss = Object.entries(results)
    .map(([name, term]) => scale(term, lookup(weightOf, name)))
    .reduce(add);
  return { loss, results };
}
