import { AquatintError } from "../../errors.ts";
import type { Size } from "../../formats/image/resize.ts";
import type { PipelineComponents } from "../model/components.ts";
import type { PlannedControl } from "../network/controlnet-inputs.ts";
import { plannedImage, plannedMask } from "./image-inputs.ts";
import {
  type ControlOptions,
  type ImageInputs,
  type ImageInputsContext,
  type Img2ImgOptions,
  img2imgDefaults,
} from "./img2img.ts";

const refuse = (kind: string, message: string, hint: string) =>
  new AquatintError(`generate/${kind}`, message, { hint });

/** Checks canvas options against a model, a size and the sampler's steps. @throws AquatintError "generate/…". */
export function plannedInputs(options: Img2ImgOptions, { modules, size, steps }: ImageInputsContext): ImageInputs {
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
    ...plannedImages({ init, mask, controls }, size),
    isInpainting: modules.isInpainting,
  };
}

/** The images at the size of the result. */
function plannedImages(
  { init, mask, controls }: Pick<Img2ImgOptions, "init" | "mask"> & { readonly controls: readonly CheckedControl[] },
  size: Size,
) {
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
