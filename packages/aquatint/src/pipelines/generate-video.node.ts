import type { ModelFiles } from "../checkpoints/files.ts";
import { openModel } from "../checkpoints/open.node.ts";
import { componentOf } from "../checkpoints/open.ts";
import type { WeightMemory } from "../compiler/executable.ts";
import { checkRows } from "../diffusion/samplers/define-sampler.ts";
import { followingSeed, type Seed } from "../math/random.ts";
import type { Device } from "../runtime/types.ts";
import { defaultModelFolder } from "./default-model.node.ts";
import { checkCount, checkKeepAlive, engineSource, KEEP_ALIVE, type OpenOptions } from "./generate.node.ts";
import type { VaePrecision } from "./memory/open-network.ts";
import { planMemoryLimit } from "./memory/plan.node.ts";
import type { MemoryPlan } from "./memory/plan.ts";
import { adaptedModel } from "./model/adapted-model.node.ts";
import { withVae } from "./model/adapters.node.ts";
import { withControlNets } from "./model/controlnet.node.ts";
import type { TextToImageModel } from "./model/model-folder.ts";
import { withLinearBetas } from "./model/motion.ts";
import { type EngineEvent, leaseEngine, unloadIdleModels } from "./network/shared-engine.node.ts";
import { type PreparedPreview, type PreviewOptions, preparePreview } from "./preview/preview.node.ts";
import { DEFAULT_SEED, MAX_COUNT } from "./text-to-image/options.ts";
import type { TextToVideoOptions } from "./text-to-video/options.ts";
import { planTextToVideo, type TextToVideoPlan } from "./text-to-video/plan.ts";
import { type TextToVideoEvent, textToVideo } from "./text-to-video/text-to-video.ts";

/** Files that a model of clips is opened from besides its own. */
export interface OpenVideoOptions extends OpenOptions {
  /** Folder or file of an AnimateDiff adapter; the model's own when absent. */
  readonly motion?: string | undefined;
}

/**
 * Opens a text-to-video model: a checkpoint of Stable Diffusion with the motion modules of an AnimateDiff adapter, which a folder
 * of an AnimateDiff pipeline brings itself. @throws AquatintError "model/class" where there are no motion modules.
 */
export async function openTextToVideo(
  path: string | ModelFiles,
  { variant, vae, motion, ...files }: OpenVideoOptions = {},
): Promise<TextToImageModel> {
  const model = withLinearBetas(await openModel(path, { variant }));
  const source = motion ?? model;
  if (motion === undefined) componentOf(model, "MotionAdapter");
  return adaptedModel(vae === undefined ? model : await withVae(model, vae), { ...files, motion: source });
}

/** Options of `generateVideo`. */
export interface GenerateVideoOptions extends TextToVideoOptions, OpenVideoOptions, PreviewOptions {
  /** Folder or single file of a model of images; the package of the default one when absent. */
  readonly model?: string | undefined;
  /** Clips to make, with the seeds seed, seed + 1, ...; 1 when absent. */
  readonly count?: number | undefined;
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
  readonly signal?: AbortSignal | undefined;
}

/** Events of a generation of clips. */
export type VideoGenerationEvent = TextToVideoEvent | EngineEvent;

/** Clips that are ready to be made: everything is checked, nothing is loaded. */
export interface VideoGeneration {
  readonly model: TextToImageModel;
  /** One a clip. */
  readonly plans: readonly TextToVideoPlan[];
  /** Plan of the memory limit, where one was given. */
  readonly memory?: MemoryPlan | undefined;
  readonly options: GenerateVideoOptions;
  /** Loads the model where no other generation has it loaded, and makes the clips in order. */
  run(): AsyncGenerator<VideoGenerationEvent, void, void>;
}

/** Checks every option and the files of the model and its motion modules. @throws AquatintError that names what is wrong. */
export async function prepareVideo(options: GenerateVideoOptions): Promise<VideoGeneration> {
  const { count = 1, seed = DEFAULT_SEED } = options;
  checkCount("count", count, MAX_COUNT);
  checkKeepAlive(options.keepAlive);
  if (options.maxMemory !== undefined) await unloadIdleModels(); // the process's memory is measured
  const opened = await openTextToVideo(options.model ?? (await defaultModelFolder()), options);
  const model = await withControlNets(opened, options.controlNets ?? []);
  const plan = await planTextToVideo(model, options);
  checkRows(plan.scheduler.sampler, 1);
  const plans = Array.from({ length: count }, (_, i) => ({ ...plan, seed: followingSeed(seed, i) }));
  const memory = await planMemoryLimit({ ...options, ...rehearsedClip(model, plan, options) });
  const preview = await preparePreview(model, options);
  const prepared = { model, plans, memory, preview };
  return { ...prepared, options, run: () => run(prepared, options) };
}

/** One clip as a run whose memory is estimated: it holds all frames at once, and decodes them one by one. */
const rehearsedClip = (model: TextToImageModel, plan: TextToVideoPlan, options: GenerateVideoOptions) => ({
  model,
  size: plan,
  async rehearse(
    network: Parameters<typeof textToVideo>[0],
    size: { readonly width: number; readonly height: number },
  ) {
    const isPlanned = size.width === plan.width && size.height === plan.height;
    const { width, height } = size;
    const sized = isPlanned ? plan : await planTextToVideo(model, { ...options, width, height });
    for await (const _ of textToVideo(network, sized));
  },
});

interface PreparedVideo extends Pick<VideoGeneration, "model" | "plans" | "memory"> {
  readonly preview: PreparedPreview | undefined;
}

async function* run(
  { model, plans, memory, preview }: PreparedVideo,
  options: GenerateVideoOptions,
): AsyncGenerator<VideoGenerationEvent, void, void> {
  const { signal, keepAlive = KEEP_ALIVE } = options;
  signal?.throwIfAborted();
  const { choices, files } = engineSource(options);
  const source = { choices: [choices, "video", options.motion], files };
  const { resource: engine, release } = await leaseEngine({ ...options, ...source, model, memory });
  try {
    signal?.throwIfAborted();
    const events: EngineEvent[] = [];
    const network = engine.network((event) => events.push(event));
    const previewer = preview && engine.previewer(`${options.preview} ${options.previewModel}`, preview);
    for (const plan of plans) {
      const seeds: readonly Seed[] = [plan.seed];
      for await (const event of textToVideo(network, plan, { signal, previewer, seeds })) {
        yield* events.splice(0);
        yield event;
      }
    }
  } finally {
    await release(keepAlive);
  }
}

/** Makes clips of a prompt: yields an event for every evaluation of the network, every frame and every clip. */
export async function* generateVideo(options: GenerateVideoOptions): AsyncGenerator<VideoGenerationEvent, void, void> {
  yield* (await prepareVideo(options)).run();
}
