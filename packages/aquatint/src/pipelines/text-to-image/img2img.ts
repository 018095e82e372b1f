import type { ImageInput, Size } from "../../formats/image/resize.ts";
import type { PipelineComponents } from "../model/components.ts";
import type { PlannedControl } from "../network/controlnet-inputs.ts";

/** Images that a generation begins with and is held to. */
export interface Img2ImgOptions {
  /** An image to begin with in place of noise, or [3, h, w] in -1 .. 1; cut to the proportions of the size. */
  readonly init?: ImageInput | undefined;
  /**
   * Share of the steps that are walked from `init`, above 0 .. 1: how far the result may go from it. 0.8 if absent; 1 with a
   * mask, which begins with noise alone.
   */
  readonly strength?: number | undefined;
  /**
   * The mask, an image or [1, h, w] of the proportions of `init`: what is at least half as bright as white, or
   * transparent, is painted, the rest of `init` is kept.
   */
  readonly mask?: ImageInput | undefined;
  /** Inputs of the model's ControlNets, in their order. */
  readonly controls?: readonly ControlOptions[] | undefined;
}

/** Input of one ControlNet. */
export interface ControlOptions {
  /** An image, or [3, h, w] in -1 .. 1; cut to the proportions of the size. */
  readonly image: ImageInput;
  /** Scale of its residuals, 0 or more; 1 if absent. */
  readonly scale?: number | undefined;
  /** The share of the steps before which it does not act, and after which it does no more, 0 .. 1; 0 and 1 if absent. */
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}

/** The choices where the caller makes none. */
export const img2imgDefaults = { strength: 0.8, inpaintingStrength: 1, controlScale: 1 } as const;

/** Model, size and steps that canvas options are checked against. */
export interface ImageInputsContext {
  readonly modules: PipelineComponents;
  readonly size: Size;
  readonly steps: number;
}

/** Canvas options that have been checked against a model and a size. */
export interface ImageInputs {
  /** Steps of the sampler that are left out at the start. */
  readonly begin: number;
  /** Share of the steps that are walked; 1 where the image begins with noise. */
  readonly strength: number;
  /** [3, height, width] in -1 .. 1. */
  readonly init?: Float32Array;
  /** [height, width]: 1 where to paint, else 0. */
  readonly mask?: Float32Array;
  /** True where the network sees the mask and the kept part of `init` beside what it denoises. */
  readonly isInpainting: boolean;
  readonly controls: readonly PlannedControl[];
}

/** The size of an image that nobody chose: as large as the model was trained at, in the proportions of `init`. */
export function imageSize(
  { init, width, height }: Img2ImgOptions & Partial<{ [K in keyof Size]: number | undefined }>,
  { sampleSize, multiple }: PipelineComponents,
): Size {
  if (!init || width !== undefined || height !== undefined) {
    return { width: width ?? sampleSize, height: height ?? sampleSize };
  }
  const scale = sampleSize / Math.sqrt(init.width * init.height);
  const side = (length: number) => Math.max(multiple, Math.round((length * scale) / multiple) * multiple);
  return { width: side(init.width), height: side(init.height) };
}
