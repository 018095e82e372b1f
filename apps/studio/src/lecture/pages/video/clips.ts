import { type FrameAttention, unetObserver } from "@aquatint/lab/inspect";
import { type Model, type Runtime, type TextToImageModel, textToImageModel, textToImageNetwork } from "aquatint";
import type { Image } from "aquatint/formats";
import {
  type MotionModules,
  planTextToVideo,
  type TextToImageNetwork,
  type TextToVideoPlan,
  textToVideo,
  withMotionModules,
  withMotionSchedule,
} from "aquatint/pipelines";

/** Choices of a clip. */
export interface ClipOptions {
  readonly prompt: string;
  readonly frames: number;
  readonly steps: number;
  readonly seed: number;
}

/** What clips are made with. */
export interface ClipParts {
  /** The model of images. */
  readonly published: Model;
  readonly motion: MotionModules | undefined;
  readonly runtime: Runtime;
}

/** A model that makes clips. */
export interface ClipMaker {
  readonly model: TextToImageModel;
  /** Frames that see each other at most. */
  readonly maxFrames: number;
  readonly network: TextToImageNetwork;
  /** Attention of frames to frames in the evaluation that ran last. */
  attention(): readonly FrameAttention[];
}

/** Frames where no adapter says how many it knows. */
const FRAMES = 32;

/** Opens the model, with the adapter's modules in its U-Net or as it is: then frames are denoised each for itself. */
export async function clipMaker({ published, motion, runtime }: ClipParts): Promise<ClipMaker> {
  const images = await textToImageModel(withMotionSchedule(published));
  const model = motion ? withMotionModules(images, motion) : images;
  let latest: readonly FrameAttention[] = [];
  const observer = unetObserver({ motion: true }, (reading) => {
    latest = reading.motion;
  });
  const network = textToImageNetwork({ runtime, modules: model.modules, observer, ...(await model.binding()) });
  return { model, network, maxFrames: model.modules.motion?.maxFrames ?? FRAMES, attention: () => latest };
}

/** The plan of a clip: the same noise, with modules and without. */
export function planClip({ model, maxFrames }: ClipMaker, options: ClipOptions): Promise<TextToVideoPlan> {
  const modules = { ...model.modules, motion: { maxFrames } };
  return planTextToVideo({ ...model, modules }, { ...options, sampler: "ddim" });
}

/** A clip on its way. */
export interface ClipProgress {
  /** Evaluations that are done. */
  readonly step: number;
  readonly frames: readonly Image[];
}

/** Denoises and decodes a clip; gives each evaluation and each frame. */
export async function* clipProgress(
  { network }: ClipMaker,
  plan: TextToVideoPlan,
  signal?: AbortSignal,
): AsyncGenerator<ClipProgress> {
  const frames: Image[] = [];
  let step = 0;
  for await (const event of textToVideo(network, plan, { signal })) {
    if (event.type === "evaluation") step = event.i + 1;
    if (event.type === "frame") frames.push(event.image);
    if (event.type !== "video") yield { step, frames: [...frames] };
  }
}
