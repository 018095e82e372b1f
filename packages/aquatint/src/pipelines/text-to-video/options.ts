import type { ImageInput } from "../../formats/image/resize.ts";
import type { FrameWindows } from "../../models/motion/index.ts";
import type { TextToImageOptions } from "../text-to-image/options.ts";
import type { FrameNoise } from "./frame-noise.ts";
import type { FreeInitOptions } from "./free-init.ts";
import type { PromptKey } from "./prompt-keys.ts";

/** Options of `planTextToVideo`. */
export interface TextToVideoOptions
  extends Omit<TextToImageOptions, "prompt" | "init" | "mask" | "hires" | "controls" | "variation"> {
  /** One prompt, or prompts that hold at frames, with the text states between two frames mixed. */
  readonly prompt: string | readonly PromptKey[];
  /** Frames of the clip; as many as `init` has, or 16, if absent. */
  readonly frames?: number | undefined;
  /** Frames a second of the clip, which only its file knows; 8 if absent. */
  readonly fps?: number | undefined;
  /** Frames to begin with in place of noise; `strength` says how far to go from them. */
  readonly init?: readonly ImageInput[] | undefined;
  /** An image that the first frame is held to. */
  readonly firstFrame?: ImageInput | undefined;
  /** Windows of frames that the motion modules look at together; needed for more frames than they have positions for. */
  readonly windows?: Partial<FrameWindows> | undefined;
  /** The noise that frames begin with; "shuffle" with windows and "random" without if absent. */
  readonly frameNoise?: FrameNoise | undefined;
  /** Denoises several times from noise that keeps the slow motion of the last result (FreeInit, Wu et al. 2023). */
  readonly freeInit?: FreeInitOptions | undefined;
  /** Inputs of the model's ControlNets, in their order: an image for all frames, or one a frame. */
  readonly controls?: readonly ClipControlOptions[] | undefined;
}

/** Input of one ControlNet for a clip. */
export interface ClipControlOptions {
  readonly images: readonly ImageInput[];
  /** Scale of its residuals, 0 or more; 1 if absent. */
  readonly scale?: number | undefined;
  /** The share of the steps before which it does not act, and after which it does no more, 0 .. 1; 0 and 1 if absent. */
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}

/** The choices where the caller makes none. */
export const videoDefaults = { frames: 16, fps: 8, strength: 0.8 } as const;

/** Frames of one clip at most. */
export const MAX_FRAMES = 1024;
