import type { Dataset } from "../data/dataset.ts";
import type { SchedulerSettings } from "../diffusion/scheduler.ts";
import { schedulerSettings } from "../diffusion/scheduler-config.ts";
import type { Picture } from "../formats/image.ts";
import { type HostTensor, type HostTensors, sizeOf } from "../graph/types.ts";
import { torchCpu } from "../math/random.ts";
import { expectKeys } from "../nn/module.ts";
import { encodePixelFolder, type PixelConfigs, pixelParameters } from "../pipelines/pixel-folder.ts";
import { type PixelModules, pixelModules } from "../pipelines/pixel-modules.ts";
import { pixelNetwork } from "../pipelines/pixel-network.ts";
import { planTextToImage, textToImage } from "../pipelines/text-to-image.ts";
import type { Program, Runtime, State } from "../runtime/types.ts";
import { type TokenizerFiles, tokenizerFrom } from "../tokenizers/files.ts";
import { trainBytePairs } from "../tokenizers/train.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { TrainConfig } from "./config.ts";
import { denoisingObjective } from "./denoising.ts";
import { type StepEvent, train } from "./loop.ts";
import type { Objective } from "./objective.ts";
import type { RateOptions } from "./rates.ts";
import { initialState, slots, stateFrom, trainStep } from "./step.ts";

/** A text-to-pixel model in training: everything of a run but its folder. */
export interface TrainingSession extends AsyncDisposable {
  readonly parameterCount: number;
  /** Trains from the session's start to the configuration's last step. */
  steps(options?: { readonly signal?: AbortSignal }): AsyncGenerator<StepEvent>;
  /** Every tensor of the state, for a checkpoint. */
  tensors(): Promise<HostTensors>;
  /** A picture of each sample prompt by the moving average of the weights; none where the configuration asks for none. */
  samples(): Promise<readonly Picture[]>;
  /** The files of a checkpoint folder with the moving average of the weights, in float16. */
  modelFiles(): Promise<ReadonlyMap<string, Uint8Array | string>>;
}

/** What a run takes over from another model: its vocabulary, and the weights by their names in `pixelParameters`. */
export interface InitialModel {
  readonly tokenizerFiles: TokenizerFiles;
  readonly weights: ReadonlyMap<string, HostTensor>;
}

/** What a session is made from. */
export interface SessionInput {
  readonly config: TrainConfig;
  readonly dataset: Dataset;
  readonly runtime: Runtime;
  /** Where to go on from. */
  readonly checkpoint?: Checkpoint;
  /** A model to begin with. */
  readonly initial?: InitialModel;
}

/** Builds models, tokenizer, training program and state for a configuration. */
export async function openSession(input: SessionInput): Promise<TrainingSession> {
  const { config, dataset, runtime, checkpoint } = input;
  const model = modelOf(input);
  const objective = objectiveOf(config, dataset, model);
  if (checkpoint) objective.restore(checkpoint.position);
  const { beta1, beta2, eps } = config.training;
  const state = await runtime.createState(firstState(input, objective));
  const { loss, parameters } = objective;
  const step = trainStep({ loss, parameters, optimiser: { beta1, beta2, eps }, layout: runtime.layout });
  const program = await runtime.load(step);
  return session({ ...input, model, objective, state, program });
}

interface Model {
  readonly configs: PixelConfigs;
  readonly tokenizerFiles: TokenizerFiles;
  readonly modules: PixelModules;
  readonly scheduler: SchedulerSettings;
}

/** The vocabulary is the initial model's, or learnt from the captions; the text encoder's configuration follows it. */
function modelOf({ config, dataset, initial }: SessionInput): Model {
  const { unet, text_encoder, scheduler, tokenizer } = config.model;
  const { merges, context: contextLength } = tokenizer;
  const tokenizerFiles = initial?.tokenizerFiles ?? trainBytePairs(dataset.captions(), { merges, contextLength });
  const { vocabSize, endTokenId, modelMaxLength } = tokenizerFrom(tokenizerFiles);
  const configs: PixelConfigs = {
    unet: { sample_size: dataset.size[0], in_channels: 3, out_channels: 3, ...unet },
    text_encoder: {
      vocab_size: vocabSize,
      max_position_embeddings: modelMaxLength,
      eos_token_id: endTokenId,
      ...text_encoder,
    },
    scheduler,
  };
  return { configs, tokenizerFiles, modules: pixelModules(configs), scheduler: schedulerSettings(scheduler) };
}

const objectiveOf = ({ training }: TrainConfig, dataset: Dataset, model: Model): Objective =>
  denoisingObjective({
    modules: model.modules,
    tokenizer: tokenizerFrom(model.tokenizerFiles),
    dataset,
    schedule: model.scheduler.schedule,
    target: model.scheduler.target,
    batchSize: training.batch_size,
    guidanceDropout: training.guidance_dropout,
    seed: training.seed,
  });

function firstState({ config, checkpoint, initial }: SessionInput, { parameters }: Objective): HostTensors {
  if (checkpoint) return checkpoint.tensors;
  if (!initial) return initialState(parameters, torchCpu(config.training.seed));
  expectKeys("the model to begin with", parameters, initial.weights);
  return stateFrom(Object.fromEntries(initial.weights));
}

const rateOptions = ({ training: t }: TrainConfig): RateOptions => ({
  learningRate: t.learning_rate,
  warmupSteps: t.warmup_steps,
  steps: t.steps,
  finalShare: t.final_learning_rate_share,
  weightDecay: t.weight_decay,
  emaDecay: t.ema_decay,
  clipNorm: t.clip_norm ?? Number.POSITIVE_INFINITY,
  beta1: t.beta1,
  beta2: t.beta2,
});

interface Open extends SessionInput {
  readonly model: Model;
  readonly objective: Objective;
  readonly state: State;
  readonly program: Program;
}

function session(open: Open): TrainingSession {
  const { config, objective, state, program, model, checkpoint } = open;
  const averages = [...objective.parameters.keys()].map((name) => `${slots.ema}/${name}`);
  const preview = previewOf(open);
  return {
    parameterCount: [...objective.parameters.values()].reduce((n, { shape }) => n + sizeOf(shape), 0),
    steps: (options = {}) =>
      train({ program, state, objective, rates: rateOptions(config), from: checkpoint?.step ?? 0, ...options }),
    tensors: () => state.read(),
    samples: preview.samples,
    async modelFiles() {
      const read = Object.entries(await state.read(averages));
      const weights = new Map(read.map(([name, value]) => [name.slice(slots.ema.length + 1), value]));
      return encodePixelFolder({ configs: model.configs, tokenizer: model.tokenizerFiles, weights });
    },
    async [Symbol.asyncDispose]() {
      await preview[Symbol.asyncDispose]();
      await program[Symbol.asyncDispose]();
      await state[Symbol.asyncDispose]();
    },
  };
}

/** Makes the sample pictures of a run from the moving averages in its state. */
function previewOf({ config, runtime, model, state }: Open) {
  const { modules, scheduler } = model;
  const averages = Array.from(pixelParameters(modules), ([name, tensor]) => [`${slots.ema}/${name}`, tensor] as const);
  const network = pixelNetwork({
    runtime,
    modules,
    tokenizer: tokenizerFrom(model.tokenizerFiles),
    parameters: { names: new Map(averages), as: "state" },
    state,
  });
  const { prompts = [], seed = 0, steps, guidance } = config.samples ?? {};
  return {
    async samples(): Promise<readonly Picture[]> {
      const pictures: Picture[] = [];
      for (const [i, prompt] of prompts.entries()) {
        const plan = planTextToImage({ scheduler, modules }, { prompt, steps, guidance, seed: seed + i });
        for await (const event of textToImage({ network, channels: modules.channels }, plan)) {
          if (event.type === "image") pictures.push(event.picture);
        }
      }
      return pictures;
    },
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}
