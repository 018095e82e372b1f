import type { Tensor } from "../../../graph/tensor.ts";
import type { HostTensor } from "../../../graph/types.ts";
import {
  type Autoencoder,
  AutoencoderKL,
  downsampling,
  parseAutoencoderConfig,
  samplePosterior,
} from "../../../models/autoencoder/index.ts";
import { CLIPVisionModelWithProjection } from "../../../models/clip/index.ts";
import { parameters } from "../../../nn/module.ts";
import { add, scale } from "../../../ops/elementwise.ts";
import { input } from "../../../ops/leaves.ts";
import { readWeights } from "../../../pipelines/component.ts";
import type { ModelSource } from "../../../pipelines/source.ts";
import type { Phase, Task } from "../../task.ts";
import { openClip } from "../clip/folder.ts";
import type { TaskContext } from "../kind.ts";
import { sourcesOf } from "../sources.ts";
import type { AutoencoderTaskConfig } from "./config.ts";
import { evenWeights } from "./initial-weights.ts";
import { autoencoderTerms, featureDistance } from "./losses.ts";
import { autoencoderOutputs } from "./outputs.ts";

/** The task of an autoencoder, with the image encoder that pictures are compared by. */
export async function openAutoencoderTask(config: AutoencoderTaskConfig, context: TaskContext): Promise<Task> {
  const { clip } = config.loss.features ?? {};
  const features = clip === undefined ? undefined : await featuresOf(await context.openModel(clip));
  return autoencoderTask(config, { ...context, features });
}

/** A frozen image encoder that pictures are compared by. */
interface Features {
  readonly tower: ReturnType<typeof CLIPVisionModelWithProjection>;
  weights(): Promise<ReadonlyMap<string, HostTensor>>;
}

async function featuresOf(source: ModelSource): Promise<Features> {
  const { config, read } = await openClip(source);
  const tower = CLIPVisionModelWithProjection(config.vision_config);
  return { tower, weights: () => read(parameters(tower)) };
}

interface TaskParts extends TaskContext {
  readonly features: Features | undefined;
}

function autoencoderTask(config: AutoencoderTaskConfig, parts: TaskParts): Task {
  const { dataset, runtime, features } = parts;
  const json = { sample_size: dataset.size[0], ...config.model.vae };
  const vae = AutoencoderKL(parseAutoencoderConfig(json));
  const { phase, restore } = autoencoderPhase(config, { ...parts, vae });
  return {
    parameters: parameters({ vae, features: features?.tower }),
    frozen: features ? ["features.*"] : [],
    phases: [phase],
    restore,
    initial: async () => new Map([...(await firstWeights(config, vae, parts)), ...(await frozenWeights(features))]),
    outputs: (weights) => autoencoderOutputs(config, { runtime, dataset, vae, config: json, weights }),
  };
}

const prefixed = (prefix: string, weights: ReadonlyMap<string, HostTensor>) =>
  Array.from(weights, ([name, value]) => [`${prefix}.${name}`, value] as const);

/** Those of another model or of the configured kind; none where they are the usual ones. */
async function firstWeights({ model }: AutoencoderTaskConfig, vae: Autoencoder, { initFrom, seed }: TaskContext) {
  const names = parameters(vae);
  if (initFrom) {
    const request = { folder: "", className: "AutoencoderKL", parameters: names } as const;
    return prefixed("vae", await readWeights(initFrom, request));
  }
  return model.initial_weights === "even" ? prefixed("vae", evenWeights(names, seed)) : [];
}

const frozenWeights = async (features: Features | undefined) =>
  features ? prefixed("features", await features.weights()) : [];

interface PhaseParts extends TaskParts {
  readonly vae: Autoencoder;
}

function autoencoderPhase({ loss: weights }: AutoencoderTaskConfig, parts: PhaseParts) {
  const { dataset, seed, batchSize, microBatchSize, vae, features, trace = (graph) => graph() } = parts;
  const sources = sourcesOf({ dataset, seed });
  const factor = downsampling(vae.config);
  const latent = [vae.config.latent_channels, ...dataset.size.map((side) => side / factor)];
  const picture = input({ name: "pictures", dtype: "float32", shape: [microBatchSize, 3, ...dataset.size] });
  const noise = input({ name: "noise", dtype: "float32", shape: [microBatchSize, ...latent] });
  const phase: Phase = {
    name: "autoencoder",
    ...trace(() => lossOf(picture, noise, { vae, weights, features })),
    async next() {
      const { pictures } = await sources.stream.next(batchSize);
      const drawn = sources.draws.randn(batchSize * latent.reduce((a, b) => a * b));
      const feeds = {
        pictures: { dtype: "float32", shape: [batchSize, 3, ...dataset.size], data: pictures },
        noise: { dtype: "float32", shape: [batchSize, ...latent], data: drawn },
      } as const;
      return { feeds, position: sources.position(), report };
    },
  };
  return { phase, restore: sources.restore };
}

/** The terms by name, and from the squared error the PSNR in dB. */
const report = (results: Readonly<Record<string, HostTensor>>): Record<string, number> => {
  const { loss, gradNorm, ...terms } = Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, data[0]!]),
  );
  return { ...terms, psnr: 10 * Math.log10(4 / terms["squared"]!) };
};

interface LossParts {
  readonly vae: Autoencoder;
  readonly weights: AutoencoderTaskConfig["loss"];
  readonly features: Features | undefined;
}

function lossOf(picture: Tensor, noise: Tensor, { vae, weights, features }: LossParts) {
  const posterior = vae.encode(picture);
  const reconstruction = vae.decode(samplePosterior(posterior, noise));
  const terms = autoencoderTerms(picture, reconstruction, posterior);
  const seen = (x: Tensor) => features!.tower(x).hiddenStates.slice(1);
  const results: Record<string, Tensor> = {
    ...terms,
    ...(features && { features: featureDistance(seen(reconstruction), seen(picture)) }),
  };
  const weightOf: Readonly<Record<string, number>> = { ...weights, features: weights.features?.weight ?? 0 };
  const loss = Object.entries(results)
    .map(([name, term]) => scale(term, weightOf[name]!))
    .reduce(add);
  return { loss, results };
}
