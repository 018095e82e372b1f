import { AquatintError } from "../../errors.ts";
import type { ImageInput, Size } from "../../formats/image/resize.ts";
import { expectWindows, type FrameWindows } from "../../models/motion/index.ts";
import { itemAt } from "../../util/items.ts";
import { planConditioning } from "../conditioning/plan.ts";
import { plannedImage } from "../text-to-image/image-inputs.ts";
import { type PlannedModel, planTextToImage, type TextToImagePlan } from "../text-to-image/plan.ts";
import { checkEqualLengths, type FrameConditioning } from "./frame-conditions.ts";
import { checkFrameNoise, type FrameNoise, frameNoiseNamed } from "./frame-noise.ts";
import { checkedFreeInit, type FreeInit } from "./free-init.ts";
import { MAX_FRAMES, type TextToVideoOptions, videoDefaults } from "./options.ts";
import { checkedPromptKeys, type PromptKey } from "./prompt-keys.ts";

/** Shape of what the U-Net denoises of a clip: [c, f, h, w]. */
export type ClipShape = readonly [channels: number, frames: number, height: number, width: number];

/** Options that have been checked against a model: nothing about them can fail later. */
export interface TextToVideoPlan
  extends Omit<TextToImagePlan, "init" | "mask" | "hiresFix" | "conditioning" | "controls"> {
  readonly prompts: readonly PromptKey[];
  /** Conditioning from each of some frames on. */
  readonly conditionings: readonly FrameConditioning[];
  readonly frames: number;
  readonly fps: number;
  readonly clipShape: ClipShape;
  /** Frames to begin with, each [3, height, width] in -1 .. 1. */
  readonly init?: readonly Float32Array[] | undefined;
  /** True where the first frame is held to the first of `init`. */
  readonly holdsFirst: boolean;
  readonly windows: FrameWindows | undefined;
  readonly frameNoise: FrameNoise;
  readonly freeInit?: FreeInit | undefined;
  readonly controls: readonly ClipControl[];
}

/** Input of one ControlNet, checked: an image [3, height, width] in -1 .. 1 for every frame or for each. */
export interface ClipControl {
  readonly images: readonly Float32Array[];
  readonly scale: number;
  readonly start: number;
  readonly end: number;
}

const refuse = (kind: string, message: string, hint: string) => new AquatintError(`video/${kind}`, message, { hint });

/** Checks every option against the model before anything is loaded. @throws AquatintError that names the option. */
export function planTextToVideo(model: PlannedModel, options: TextToVideoOptions): TextToVideoPlan {
  const { prompt, init, firstFrame, windows: requested, frameNoise, freeInit, controls = [], ...rest } = options;
  const frames = frameCount(options);
  const prompts = checkedPromptKeys(prompt, frames);
  const windows = plannedWindows(requested, { frames, maxFrames: motionOf(model).maxFrames });
  const start = firstFrame ?? init?.[0];
  const {
    init: _,
    mask,
    hiresFix,
    conditioning,
    controls: stills,
    ...plan
  } = planTextToImage(model, {
    ...rest,
    prompt: itemAt(prompts, 0).prompt,
    ...(start && { init: start, strength: options.strength ?? (firstFrame ? 1 : videoDefaults.strength) }),
    controls: controls.map(({ images, ...control }) => ({ ...control, image: firstImage(images) })),
  });
  const noise = { frameNoise: frameNoiseNamed(frameNoise ?? (requested ? "shuffle" : "random")), windows };
  checkFrameNoise(noise);
  const conditionings = prompts.map(({ frame, prompt: text }) => ({
    frame,
    conditioning: planConditioning(model, { ...rest, prompt: text }, runOf(plan, conditioning.cfgBatch)),
  }));
  checkEqualLengths(conditionings);
  const [channels, height, width] = plan.latentShape;
  return {
    ...plan,
    ...noise,
    prompts,
    conditionings,
    frames,
    fps: checkedFps(options.fps ?? videoDefaults.fps),
    clipShape: [channels, frames, height, width],
    init: plannedFrames({ init, firstFrame, frames }, plan),
    holdsFirst: firstFrame !== undefined,
    freeInit: freeInit && checkedFreeInit(freeInit),
    controls: stills.map(({ image: _, ...control }, i) => ({
      ...control,
      images: plannedControl(itemAt(controls, i).images, { frames, size: plan }),
    })),
  };
}

function motionOf({ modules }: PlannedModel): { readonly maxFrames: number } {
  if (modules.motion) return modules.motion;
  throw refuse("motion", "this model makes images: it holds no motion modules", "name an adapter: --motion PATH");
}

/** The run that a prompt is read for; a sampler that wants both outputs has them whatever the guidance. */
const runOf = (plan: Pick<TextToImagePlan, "steps" | "guidance" | "width" | "height">, cfgBatch: number) => ({
  ...plan,
  unconditional: cfgBatch === 2,
});

function frameCount({ frames, init }: TextToVideoOptions): number {
  const count = frames ?? init?.length ?? videoDefaults.frames;
  if (!Number.isInteger(count) || count < 1 || count > MAX_FRAMES) {
    throw refuse("frames", `expected 1 to ${MAX_FRAMES} frames, got ${count}`, "16 frames at 8 a second are 2 seconds");
  }
  if (init && init.length !== count) {
    const message = `the clip shall have ${count} frames, the one to begin with has ${init.length}`;
    throw refuse("frames", message, "leave the number of frames away, or cut the clip first");
  }
  return count;
}

function checkedFps(fps: number): number {
  if (fps > 0 && fps <= 120) return fps;
  throw refuse(
    "fps",
    `expected above 0 and at most 120 frames a second, got ${fps}`,
    "8 is what adapters were trained at",
  );
}

interface WindowLimits {
  readonly frames: number;
  readonly maxFrames: number;
}

/** Windows with their defaults; refuses more frames at once than the motion modules have positions for. */
function plannedWindows(windows: Partial<FrameWindows> | undefined, { frames, maxFrames }: WindowLimits) {
  if (!windows) {
    if (frames <= maxFrames) return undefined;
    const message = `the motion modules know ${maxFrames} positions, the clip shall have ${frames} frames`;
    throw refuse("frames", message, "look at them in windows: --context 16, or ask for fewer frames");
  }
  const length = windows.length ?? Math.min(16, maxFrames, frames);
  if (length > maxFrames) {
    const message = `the motion modules know ${maxFrames} positions, a window shall have ${length} frames`;
    throw refuse("windows", message, "make the window shorter");
  }
  const stride = windows.stride ?? Math.max(1, Math.floor(length / 4));
  const complete: FrameWindows = { ...windows, length, stride, weighting: windows.weighting ?? "pyramid" };
  expectWindows(frames, complete);
  return complete;
}

interface FirstFrames extends Pick<TextToVideoOptions, "init" | "firstFrame"> {
  readonly frames: number;
}

/** The frames to begin with; a first frame alone stands for all of them. */
function plannedFrames({ init, firstFrame, frames }: FirstFrames, size: Size): readonly Float32Array[] | undefined {
  const first = firstFrame && plannedImage(firstFrame, { name: "the first frame", size });
  const all = init?.map((image, i) => plannedImage(image, { name: `frame ${i}`, size }));
  if (!first) return all;
  return all ? [first, ...all.slice(1)] : Array.from({ length: frames }, () => first);
}

function firstImage(images: readonly ImageInput[]): ImageInput {
  const [first] = images;
  if (first) return first;
  throw refuse("control", "a ControlNet was given no image", "give one for all frames, or one a frame");
}

function plannedControl(
  images: readonly ImageInput[],
  { frames, size }: { readonly frames: number; readonly size: Size },
) {
  if (images.length !== 1 && images.length !== frames) {
    const message = `a ControlNet was given ${images.length} images for ${frames} frames`;
    throw refuse("control", message, "give one image for all frames, or one a frame");
  }
  return images.map((image, i) => plannedImage(image, { name: `control image ${i}`, size }));
}
