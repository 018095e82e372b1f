import { AquatintError } from "../../errors.ts";
import { expectWindows, type FrameWindows } from "../../models/motion/index.ts";
import { itemAt } from "../../util/items.ts";
import { type Conditioning, planConditioning } from "../conditioning/plan.ts";
import { type PlannedModel, planTextToImage, type TextToImagePlan } from "../text-to-image/plan.ts";
import type { ClipShape } from "./clip-shape.ts";
import { checkEqualForms, type FrameConditioning } from "./frame-conditions.ts";
import { checkFrameNoise, type FrameNoise, frameNoiseNamed } from "./frame-noise.ts";
import { checkedFreeInit, type FreeInit } from "./free-init.ts";
import { type TextToVideoOptions, videoDefaults } from "./options.ts";
import { type ClipControl, firstImage, frameCount, plannedControls, plannedFrames } from "./planned-frames.ts";
import { checkedPromptKeys, type PromptKey } from "./prompt-keys.ts";

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

const refuse = (kind: string, message: string, hint: string) => new AquatintError(`video/${kind}`, message, { hint });

/** Checks every option against the model before anything is loaded. @throws AquatintError that names the option. */
export async function planTextToVideo(model: PlannedModel, options: TextToVideoOptions): Promise<TextToVideoPlan> {
  const { prompt, init, firstFrame, windows: windowOptions, frameNoise, freeInit, controls = [] } = options;
  const frames = frameCount(options);
  const prompts = checkedPromptKeys(prompt, frames);
  const windows = plannedWindows(windowOptions, { frames, maxFrames: motionOf(model).maxFrames });
  const noise = { frameNoise: frameNoiseNamed(frameNoise ?? (windowOptions ? "shuffle" : "random")), windows };
  checkFrameNoise(noise);
  const { mask, hiresFix, conditioning, ...plan } = await planFirstFrame(model, {
    ...options,
    prompt: itemAt(prompts, 0).prompt,
  });
  const [channels, height, width] = plan.latentShape;
  return {
    ...plan,
    ...noise,
    prompts,
    conditionings: await planConditionings(model, prompts, { options, plan, conditioning }),
    frames,
    fps: checkedFps(options.fps ?? videoDefaults.fps),
    clipShape: [channels, frames, height, width],
    init: plannedFrames({ init, firstFrame, frames }, plan),
    holdsFirst: firstFrame !== undefined,
    freeInit: freeInit && checkedFreeInit(freeInit),
    controls: plannedControls(plan.controls, controls, { frames, size: plan }),
  };
}

/** The plan of an image like the clip's first frame. */
function planFirstFrame(
  model: PlannedModel,
  options: TextToVideoOptions & { readonly prompt: string },
): Promise<TextToImagePlan> {
  const { init, firstFrame, controls = [], strength, ...rest } = options;
  const start = firstFrame ?? init?.[0];
  const usual = firstFrame ? 1 : videoDefaults.strength;
  return planTextToImage(model, {
    ...rest,
    ...(start ? { init: start, strength: strength ?? usual } : { strength }),
    controls: controls.map(({ images, ...control }) => ({ ...control, image: firstImage(images) })),
  });
}

interface ConditioningsInput {
  readonly options: TextToVideoOptions;
  readonly plan: Pick<TextToImagePlan, "steps" | "guidance" | "width" | "height">;
  /** Conditioning of the first frame. */
  readonly conditioning: Conditioning;
}

/** The conditioning of each prompt; a sampler that needs both outputs gets them whatever the guidance is. */
async function planConditionings(
  model: PlannedModel,
  prompts: readonly PromptKey[],
  { options, plan, conditioning: { cfgBatch, weights } }: ConditioningsInput,
): Promise<readonly FrameConditioning[]> {
  const run = { ...plan, unconditional: cfgBatch > weights.length };
  const conditionings = await Promise.all(
    prompts.map(async ({ frame, prompt }) => ({
      frame,
      conditioning: await planConditioning(model, { ...options, prompt }, run),
    })),
  );
  checkEqualForms(conditionings);
  return conditionings;
}

function motionOf({ modules }: PlannedModel): { readonly maxFrames: number } {
  if (modules.isInpainting) {
    throw refuse(
      "model",
      "this model paints into an image, which clips have not",
      "take the checkpoint that it was made from",
    );
  }
  if (modules.motion) return modules.motion;
  throw refuse("motion", "this model makes images: it holds no motion modules", "name an adapter: --motion PATH");
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
    const context = Math.min(16, maxFrames);
    throw refuse("frames", message, `look at them in windows: --context ${context}, or ask for fewer frames`);
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
