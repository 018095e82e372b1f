import type { ModelFiles } from "../checkpoints/files.ts";
import { openModel } from "../checkpoints/open.node.ts";
import type { Model } from "../checkpoints/types.ts";
import { checkRows } from "../diffusion/samplers/define-sampler.ts";
import { AquatintError } from "../errors.ts";
import { followingSeed } from "../math/random.ts";
import { adaptedModel } from "./adapters/adapted-model.node.ts";
import { withControlNets } from "./adapters/controlnet.node.ts";
import { withMotionSchedule } from "./adapters/motion.ts";
import { defaultModelFolder, defaultMotionFolder } from "./default-model.node.ts";
import {
  checkCount,
  checkKeepAlive,
  type GenerationEngineOptions,
  type OpenOptions,
  type PreparedModel,
  withEngine,
} from "./generate.node.ts";
import { planMemoryLimit } from "./memory/plan.node.ts";
import type { MemoryPlan } from "./memory/plan.ts";
import { rehearsedClip } from "./memory/rehearsal.ts";
import type { TextToImageModel } from "./model/model-folder.ts";
import { withPrecision } from "./model/precision.ts";
import { type EngineEvent, unloadIdleModels } from "./network/shared-engine.node.ts";
import { preparePreview } from "./preview/preview.node.ts";
import { DEFAULT_SEED, MAX_COUNT } from "./text-to-image/options.ts";
import type { TextToVideoOptions } from "./text-to-video/options.ts";
import { planTextToVideo, type TextToVideoPlan } from "./text-to-video/plan.ts";
import { type TextToVideoEvent, textToVideo } from "./text-to-video/text-to-video.ts";

/** Files that a model of clips is opened from besides its own. */
export interface OpenVideoOptions extends OpenOptions {
  /** Folder or file of an AnimateDiff adapter; when absent the model's own, or the default model's. */
  readonly motion?: string | undefined;
}

/**
 * Opens a text-to-video model: a checkpoint of Stable Diffusion with the motion modules of an AnimateDiff adapter, which a folder
 * of an AnimateDiff pipeline brings itself. @throws AquatintError "model/class" where there are no motion modules.
 */
export async function openTextToVideo(
  path: string | ModelFiles,
  { variant, motion, ...files }: OpenVideoOptions = {},
): Promise<TextToImageModel> {
  const model = withMotionSchedule(await openModel(path, { variant }));
  const source = motion ?? model;
  if (motion === undefined) checkMotion(model);
  return adaptedModel(model, { ...files, motion: source });
}

function checkMotion({ name, components }: Model): void {
  if (Array.from(components.values()).some(({ className }) => className === "MotionAdapter")) return;
  throw new AquatintError("model/class", `${name} makes images: it holds no MotionAdapter, which clips need`, {
    hint: "name an AnimateDiff adapter made for the model: --motion PATH, `motion` in code",
  });
}

/** Options of `generateVideo`. */
export interface GenerateVideoOptions extends TextToVideoOptions, GenerationEngineOptions, OpenVideoOptions {
  /** Clips to make, with the seeds seed, seed + 1, ...; 1 when absent. */
  readonly count?: number | undefined;
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
  const sources = await videoSources(options);
  const opened = await openTextToVideo(sources.model, { ...options, motion: sources.motion });
  const model = withPrecision(await withControlNets(opened, options.controlNets ?? []), options);
  const plan = await planTextToVideo(model, options);
  checkRows(plan.scheduler.sampler, 1);
  const plans = Array.from({ length: count }, (_, i) => ({ ...plan, seed: followingSeed(seed, i) }));
  const resized = (size: object) => planTextToVideo(model, { ...options, ...size });
  const memory = await planMemoryLimit({ ...options, ...rehearsedClip({ model, plan, resized }) });
  const preview = await preparePreview(model, options);
  const prepared = { model, plans, memory, preview };
  return { ...prepared, options, run: () => run(prepared, options) };
}

/** The model and the motion adapter: those that are named, or the default model's. */
async function videoSources({ model, motion }: GenerateVideoOptions) {
  if (model !== undefined) return { model, motion };
  const folder = await defaultModelFolder();
  return { model: folder, motion: motion ?? defaultMotionFolder(folder) };
}

async function* run(
  { plans, ...prepared }: PreparedModel & Pick<VideoGeneration, "plans">,
  options: GenerateVideoOptions,
): AsyncGenerator<VideoGenerationEvent, void, void> {
  const { signal, motion } = options;
  yield* withEngine(prepared, { ...options, choices: ["clips", motion] }, async function* (network, previewer) {
    for (const plan of plans) yield* textToVideo(network, plan, { signal, previewer, seeds: [plan.seed] });
  });
}

/** Makes clips of a prompt: yields an event for every evaluation of the network, every frame and every clip. */
export async function* generateVideo(options: GenerateVideoOptions): AsyncGenerator<VideoGenerationEvent, void, void> {
  yield* (await prepareVideo(options)).run();
}
