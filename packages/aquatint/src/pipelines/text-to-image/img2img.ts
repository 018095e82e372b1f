import { AquatintError } from "../../errors.ts";
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

const refuse = (kind: string, message: string, hint: string) =>
  new AquatintError(`generate/${kind}`, message, { hint });

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

/** Checks canvas options against a model, a size and the sampler's steps. @throws AquatintError "generate/…". */
export async function planImageInputs(
  options: Img2ImgOptions,
  { modules, size, steps }: { readonly modules: PipelineComponents; readonly size: Size; readonly steps: number },
): Promise<ImageInputs> {
  const { init, mask } = options;
  if (mask && !init) {
    throw refuse("mask", "there is a mask and no image that it belongs to", "give the image as init, too");
  }
  if (modules.isInpainting && !mask) {
    throw refuse("mask", "this model paints into an image, and was given none", "give it an image and a mask");
  }
  const controls = checkedControls(options.controls ?? [], modules);
  return {
    ...strengthOf(options, steps),
    ...(init || controls.length > 0 ? await plannedImages({ init, mask, controls }, size) : { controls: [] }),
    isInpainting: modules.isInpainting,
  };
}

/** The images at the size of the result; reading them is loaded where there is one. */
async function plannedImages(
  { init, mask, controls }: Pick<Img2ImgOptions, "init" | "mask"> & { readonly controls: readonly CheckedControl[] },
  size: Size,
) {
  const { plannedImage, plannedMask } = await import("./image-inputs.ts");
  return {
    ...(init && { init: plannedImage(init, { name: "init", size }) }),
    ...(init && mask && { mask: plannedMask(mask, { init, size }) }),
    controls: controls.map(({ image, ...control }) => ({
      image: plannedImage(image, { name: "a control image", size }),
      ...control,
    })),
  };
}

function strengthOf({ init, mask, strength }: Img2ImgOptions, steps: number) {
  if (init) {
    const usual = mask ? img2imgDefaults.inpaintingStrength : img2imgDefaults.strength;
    return planStrength({ strength: strength ?? usual }, steps);
  }
  if (strength === undefined) return { begin: 0, strength: 1 };
  throw refuse("strength", "strength needs an initial image, and there is none", "give it as init");
}

/** Number of steps that a walk may go from its first image. @throws AquatintError "generate/strength". */
export function planStrength({ strength }: { readonly strength: number }, steps: number) {
  if (!(strength > 0 && strength <= 1)) {
    throw refuse("strength", `expected a strength above 0 and at most 1, got ${strength}`, "0.3 to 0.8 are usual");
  }
  const count = Math.floor(steps * strength); // as diffusers counts
  if (count > 0) return { begin: steps - count, strength };
  const least = Math.ceil(1 / strength);
  throw refuse("strength", `a strength of ${strength} leaves none of ${steps} steps`, `give at least ${least} steps`);
}

type CheckedControl = Omit<PlannedControl, "image"> & Pick<ControlOptions, "image">;

function checkedControls(
  requested: readonly ControlOptions[],
  { controls }: PipelineComponents,
): readonly CheckedControl[] {
  if (requested.length !== controls.length) {
    const message = `the model has ${controls.length} ControlNets and was given ${requested.length} images for them`;
    throw refuse("control", message, "give each ControlNet one image");
  }
  return requested.map(({ image, scale = img2imgDefaults.controlScale, start = 0, end = 1 }) => {
    if (!(scale >= 0 && scale < Number.POSITIVE_INFINITY)) {
      throw refuse("control", `expected a ControlNet's scale of 0 or more, got ${scale}`, "0.5 to 1 are usual");
    }
    if (!(start >= 0 && start < end && end <= 1)) {
      const message = `a ControlNet acts from ${start} to ${end} of the steps, expected 0 <= start < end <= 1`;
      throw refuse("control", message, "0 and 1 are all steps");
    }
    return { image, scale, start, end };
  });
}
