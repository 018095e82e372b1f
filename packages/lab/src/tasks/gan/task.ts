import type { HostTensors, Tensor } from "aquatint/graph";
import { CLIPTextModel, parseClipTextConfig } from "aquatint/models";
import { parameters } from "aquatint/nn";
import { add, greater, input, less, mean, scalar, scale, slice, where } from "aquatint/ops";
import { captionIds } from "aquatint/pipelines";
import {
  criticLosses,
  generatorLoss,
  type Phase,
  type Sources,
  slopePenalty,
  sourcesOf,
  type Task,
  type TaskContext,
} from "aquatint/train";
import { ConditionalCritic, type ConditionalGenerator, parseCriticConfig } from "../../models/index.ts";
import { ganFolder } from "../../models/one-pass-folder.ts";
import { onePassOutputs } from "../one-pass/outputs.ts";
import { type OnePassParts, onePassParts } from "../one-pass/parts.ts";
import type { GanTaskConfig } from "./config.ts";

/** The task of a generator and the critic that it is trained against, turn by turn. */
export async function openGanTask(config: GanTaskConfig, context: TaskContext): Promise<Task> {
  const { generator, critic: _, ...text } = config.model;
  const parts = await onePassParts(ganFolder, { network: generator, ...text }, context);
  return ganTask(config, { ...context, parts });
}

interface GanParts extends TaskContext {
  readonly parts: OnePassParts<ReturnType<typeof ConditionalGenerator>>;
}

/** The critic with a text encoder of its own, which the generator's updates leave alone. */
function criticOf(config: GanTaskConfig, { parts: { configs }, dataset }: GanParts) {
  const text = parseClipTextConfig(configs.text_encoder);
  const json = { sample_size: dataset.size[0], condition_size: text.hidden_size, ...config.model.critic };
  return { network: ConditionalCritic(parseCriticConfig(json)), text_encoder: CLIPTextModel(text) };
}
type Critic = ReturnType<typeof criticOf>;

function ganTask(config: GanTaskConfig, all: GanParts): Task {
  const { parts, runtime, dataset, seed } = all;
  const critic = criticOf(config, all);
  const sources = sourcesOf({ dataset, seed });
  const playing: Players = { ...all, critic, sources };
  return {
    parameters: new Map([...parts.modules.parameters, ...parameters(critic, "critic")]),
    phases: [criticPhase(config, playing), generatorPhase(playing)],
    assets: { ...parts.tokenizerFiles },
    restore: sources.restore,
    initial: parts.initial,
    outputs: (weights) => onePassOutputs({ folder: ganFolder, parts, runtime, weights, samples: config.samples }),
  };
}

interface Players extends GanParts {
  readonly critic: Critic;
  readonly sources: Sources;
}

const isCritic = (name: string): boolean => name.startsWith("critic.");

/** Inputs of a graph of n samples: real images, vectors, captions; and the images that the generator makes of them. */
function stage({ parts: { modules, tokenizer }, critic, dataset }: Players, n: number) {
  const ids = input({ name: "ids", dtype: "int32", shape: [n, tokenizer.modelMaxLength] });
  const z = input({ name: "z", dtype: "float32", shape: [n, modules.network.config.latent_size] });
  return {
    real: input({ name: "real", dtype: "float32", shape: [n, 3, ...dataset.size] }),
    generated: modules.network(z, modules.textEncoder(ids).pooled),
    condition: critic.text_encoder(ids).pooled,
  };
}

function criticPhase({ loss, critic: { steps, learning_rate: learningRate } }: GanTaskConfig, all: Players): Phase {
  const { trace = (graph) => graph() } = all;
  return {
    name: "critic",
    ...trace(() => criticGraph(loss, all)),
    updates: isCritic,
    repeat: steps,
    training: { average: false, ...(learningRate !== undefined && { learningRate }) },
    next: () => drawn(all, { withReal: true }),
  };
}

function criticGraph({ penalty, penalty_weight: gamma, penalty_share: share }: GanTaskConfig["loss"], all: Players) {
  const { critic, microBatchSize } = all;
  const { condition, ...images } = stage(all, microBatchSize);
  const logits = {
    real: critic.network(images.real, condition),
    generated: critic.network(images.generated, condition),
  };
  const penalized = Math.max(1, Math.round(share * microBatchSize));
  const some = (x: Tensor) => slice(x, { axis: 0, start: 0, end: penalized });
  const points = { r1: images.real, r2: images.generated };
  const slope = slopePenalty((x) => critic.network(x, some(condition)), some(points[penalty]));
  const losses = criticLosses(logits);
  return {
    loss: add(add(losses.real, losses.generated), scale(slope, gamma / 2)),
    results: {
      slope,
      right_real: shareOf(logits.real, greater),
      right_generated: shareOf(logits.generated, less),
    },
  };
}

/** Share of logits [n] that are on one side of 0. */
const shareOf = (logits: Tensor, side: typeof greater): Tensor =>
  mean(where(side(logits, scalar(0)), scalar(1), scalar(0)));

function generatorPhase(all: Players): Phase {
  const { critic, microBatchSize, trace = (graph) => graph() } = all;
  return {
    name: "generator",
    ...trace(() => {
      const { generated, condition } = stage(all, microBatchSize);
      return { loss: generatorLoss(critic.network(generated, condition)) };
    }),
    updates: (name) => !isCritic(name),
    next: () => drawn(all, { withReal: false }),
  };
}

/** A batch of captions and vectors, and of the captions' images where they are looked at. */
async function drawn({ parts, sources, dataset, batchSize }: Players, { withReal }: { readonly withReal: boolean }) {
  const { latent_size: width } = parts.modules.network.config;
  const { images, captions } = await sources.stream.next(batchSize);
  const feeds: HostTensors = {
    ...(withReal && { real: { dtype: "float32", shape: [batchSize, 3, ...dataset.size], data: images } }),
    z: { dtype: "float32", shape: [batchSize, width], data: sources.draws.randn(batchSize * width) },
    ids: captionIds(parts.tokenizer, captions),
  };
  return { feeds, position: sources.position(), report };
}

/** The critic's results by name; the generator has none beside its loss. */
const report = ({ loss: _, gradNorm: __, ...rest }: HostTensors): Record<string, number> =>
  Object.fromEntries(Object.entries(rest).map(([name, { data }]) => [name, data[0]!]));
