import type { ModelFiles } from "../checkpoints/files.ts";
import type { FolderOptions } from "../checkpoints/folder.ts";
import { openModel } from "../checkpoints/open.node.ts";
import type { WeightMemory } from "../compiler/executable.ts";
import { checkRows } from "../diffusion/samplers/define-sampler.ts";
import { checkStepCache } from "../diffusion/step-cache/registry.ts";
import { AquatintError } from "../errors.ts";
import { followingSeed, type Seed } from "../math/random.ts";
import type { Device } from "../runtime/types.ts";
import { itemAt } from "../util/items.ts";
import { adaptedModel } from "./adapters/adapted-model.node.ts";
import type { AdapterFiles } from "./adapters/adapters.node.ts";
import { withControlNets } from "./adapters/controlnet.node.ts";
import { defaultModelFolder } from "./default-model.node.ts";
import type { VaePrecision } from "./memory/open-network.ts";
import { planMemoryLimit } from "./memory/plan.node.ts";
import type { MemoryPlan } from "./memory/plan.ts";
import { rehearsedImages } from "./memory/rehearsal.ts";
import type { TextToImageModel } from "./model/model-folder.ts";
import { withPrecision } from "./model/precision.ts";
import type { Precision } from "./model/precision-names.ts";
import type { TextToImageNetwork } from "./network/network.ts";
import { type EngineEvent, leaseEngine, unloadIdleModels } from "./network/shared-engine.node.ts";
import { type PreparedPreview, type PreviewOptions, preparePreview } from "./preview/preview.node.ts";
import type { Previewer } from "./preview/preview.ts";
import { DEFAULT_SEED, MAX_BATCH, MAX_COUNT, type TextToImageOptions } from "./text-to-image/options.ts";
import { planTextToImage, type TextToImagePlan } from "./text-to-image/plan.ts";
import { type TextToImageEvent, type TextToImageRun, textToImage } from "./text-to-image/text-to-image.ts";

/** Which files a model is opened from besides its own. */
export interface OpenOptions extends FolderOptions, AdapterFiles {}

/** Opens a text-to-image model: a folder in the published layout or an original single file; its weights stay there. */
export const openTextToImage = async (path: string | ModelFiles, { variant, ...files }: OpenOptions = {}) =>
  adaptedModel(await openModel(path, { variant }), files);

/** Which model is loaded, and how it is run: for images and for clips. */
export interface GenerationEngineOptions extends OpenOptions, PreviewOptions {
  /** Folder or single file of a model; the package of the default one when absent. */
  readonly model?: string | undefined;
  /** Folders or files of ControlNets, one for each of `controls`. */
  readonly controlNets?: readonly string[] | undefined;
  /** Device that runs the model; the CPU when absent. */
  readonly device?: Device | undefined;
  /** At most so many threads. */
  readonly threads?: number | undefined;
  /** Form of constant weights; "packed" when absent, or what the limit of memory allows. */
  readonly weightMemory?: WeightMemory | undefined;
  /** Bytes that the process may take: the way of computing is chosen for it. No limit when absent. */
  readonly maxMemory?: number | undefined;
  /** Packed weights are kept in the system's cache folder and mapped the next time; true if absent, unless `maxMemory` is given. */
  readonly cache?: boolean | undefined;
  /** Seconds that the model stays loaded for the next call, 5 when absent. Another model takes its place at once. */
  readonly keepAlive?: number | undefined;
  /** Precision of the autoencoder, "float32" when absent; in float16 it is tried, and tried again in float32 if it overflows. */
  readonly vaePrecision?: VaePrecision | undefined;
  /** Precision of the networks; when absent weights in 8 bits compute in 8 bits, others in float32. */
  readonly precision?: Precision | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options of `generate`. */
export interface GenerateOptions extends TextToImageOptions, TextToImageRun, GenerationEngineOptions {
  /** Images to make, with the seeds seed, seed + 1, ..., and 0 after 2^64 - 1; those of one batch when absent. */
  readonly count?: number | undefined;
  /** Images that are made in the same calls of the network; 1 when absent. */
  readonly batch?: number | undefined;
}

/** Events of a generation: of its images, where it fell back to another precision, and where packed weights were kept. */
export type GenerationEvent = TextToImageEvent | EngineEvent;

/** Images that are ready to be made: everything is checked, nothing is loaded. */
export interface Generation {
  readonly model: TextToImageModel;
  /** One an image. */
  readonly plans: readonly TextToImagePlan[];
  /** Plan of the memory limit, where one was given. */
  readonly memory?: MemoryPlan | undefined;
  /** Options of the plans. */
  readonly options: GenerateOptions;
  /** Loads the model where no other generation has it loaded, and makes the images in order. */
  run(options?: Pick<TextToImageRun, "previews">): AsyncGenerator<GenerationEvent, void, void>;
}

/** Seconds that a model stays loaded without use. */
const KEEP_ALIVE = 5;

/** Checks every option and the model's files. @throws AquatintError that names what is wrong. */
export async function prepareGeneration(options: GenerateOptions): Promise<Generation> {
  const { batch = 1, count = batch, seed = DEFAULT_SEED } = options;
  checkCount("count", count, MAX_COUNT);
  checkCount("batch", batch, MAX_BATCH);
  checkKeepAlive(options.keepAlive);
  if (options.maxMemory !== undefined) await unloadIdleModels(); // the process's memory is measured
  const opened = await openTextToImage(options.model ?? (await defaultModelFolder()), options);
  const model = withPrecision(await withControlNets(opened, options.controlNets ?? []), options);
  const plan = await planTextToImage(model, options);
  const [{ sampler }, rows] = [plan.scheduler, Math.min(batch, count)];
  checkRows(sampler, rows);
  if (plan.stepCache) checkStepCache(plan.stepCache, { sampler, rows });
  const plans = Array.from({ length: count }, (_, i) => ({ ...plan, seed: followingSeed(seed, i) }));
  const resized = (size: object) => planTextToImage(model, { ...options, ...size });
  const seeds = seedsOf(plans.slice(0, batch));
  const memory = await planMemoryLimit({ ...options, ...rehearsedImages({ model, plan, seeds, resized }) });
  const preview = await preparePreview(model, options);
  const prepared: PreparedGeneration = { model, plans, memory, preview };
  return { ...prepared, options, run: (show = {}) => run(prepared, { ...options, ...show }) };
}

/** Refuses a number of images or clips outside of 1 .. limit. @throws AquatintError "generate/…". */
export function checkCount(name: "count" | "batch", count: number, limit: number): void {
  if (Number.isSafeInteger(count) && count >= 1 && count <= limit) return;
  throw new AquatintError(`generate/${name}`, `expected 1 to ${limit} images, got ${count}`, {
    hint: "give a whole number of images",
  });
}

/** Refuses a time below 0. @throws AquatintError "generate/keep-alive". */
export function checkKeepAlive(seconds = KEEP_ALIVE): void {
  if (seconds >= 0) return;
  throw new AquatintError("generate/keep-alive", `expected seconds from 0 on as keepAlive, got ${seconds}`, {
    hint: "0 unloads the model at the end, Infinity keeps it",
  });
}

const seedsOf = (plans: readonly TextToImagePlan[]): Seed[] => plans.map(({ seed }) => seed);

/** A checked generation. */
interface PreparedGeneration extends Pick<Generation, "plans">, PreparedModel {}

async function* run(
  { plans, ...prepared }: PreparedGeneration,
  options: GenerateOptions,
): AsyncGenerator<GenerationEvent, void, void> {
  const { signal, previews, batch = 1 } = options;
  yield* withEngine(prepared, { ...options, choices: "images" }, async function* (network, previewer) {
    for (let i = 0; i < plans.length; i += batch) {
      const seeds = seedsOf(plans.slice(i, i + batch));
      yield* textToImage(network, itemAt(plans, i), { signal, previews, previewer, seeds });
    }
  });
}

/** A model that is ready to be loaded. */
export interface PreparedModel {
  readonly model: TextToImageModel;
  readonly memory?: MemoryPlan | undefined;
  readonly preview: PreparedPreview | undefined;
}

/** Makes the events of `use` with the model on an engine, which other generations of the process may use as well. */
export async function* withEngine<E>(
  { model, memory, preview }: PreparedModel,
  { choices, ...options }: GenerationEngineOptions & { readonly choices: unknown },
  use: (network: TextToImageNetwork, previewer: Previewer | undefined) => AsyncGenerator<E, void, void>,
): AsyncGenerator<E | EngineEvent, void, void> {
  const { signal, keepAlive = KEEP_ALIVE } = options;
  signal?.throwIfAborted();
  const source = engineSource(options);
  const { resource: engine, release } = await leaseEngine({
    ...{ ...options, ...source, model, memory },
    choices: [source.choices, choices],
  });
  try {
    signal?.throwIfAborted();
    const notices: EngineEvent[] = [];
    const network = engine.network((event) => notices.push(event));
    const previewer = preview && engine.previewer(`${options.preview} ${options.previewModel}`, preview);
    for await (const event of use(network, previewer)) {
      yield* notices.splice(0);
      yield event;
    }
  } finally {
    await release(keepAlive);
  }
}

/** Choices that decide what is loaded, and the files that are read at once. The scales of LoRAs are fed with each call. */
function engineSource(options: GenerationEngineOptions) {
  const { model, vae, variant, precision, fewSteps = false, loras = [], embeddings = [], controlNets = [] } = options;
  const choices = [model, vae, variant, precision, fewSteps, loras.map(({ file }) => file), embeddings, controlNets];
  return { choices, files: embeddings.map(({ file }) => file) };
}

/**
 * Makes images of a prompt: yields an event for every evaluation of the network and for every image. Calls at the same
 * time share one engine and the models that are loaded; the engine does their calls in turn.
 */
export async function* generate(options: GenerateOptions): AsyncGenerator<GenerationEvent, void, void> {
  yield* (await prepareGeneration(options)).run();
}
