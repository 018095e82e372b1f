import { AquatintError } from "../../errors.ts";
import type { ImageInput, Size } from "../../formats/image/resize.ts";
import { itemAt } from "../../util/items.ts";
import type { PlannedControl } from "../network/controlnet-inputs.ts";
import { plannedImage } from "../text-to-image/image-inputs.ts";
import { type ClipControlOptions, MAX_FRAMES, type TextToVideoOptions, videoDefaults } from "./options.ts";

/** Input of one ControlNet, checked: an image [3, height, width] in -1 .. 1 for every frame or for each. */
export interface ClipControl {
  readonly images: readonly Float32Array[];
  readonly scale: number;
  readonly start: number;
  readonly end: number;
}

const refuse = (kind: string, message: string, hint: string) => new AquatintError(`video/${kind}`, message, { hint });

/** Number of a clip's frames. @throws AquatintError "video/frames". */
export function frameCount({ frames, init }: TextToVideoOptions): number {
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

interface FirstFrames extends Pick<TextToVideoOptions, "init" | "firstFrame"> {
  readonly frames: number;
}

/** The frames to begin with; a first frame alone stands for all of them. */
export function plannedFrames(
  { init, firstFrame, frames }: FirstFrames,
  size: Size,
): readonly Float32Array[] | undefined {
  const first = firstFrame && plannedImage(firstFrame, { name: "the first frame", size });
  const all = init?.map((image, i) => plannedImage(image, { name: `frame ${i}`, size }));
  if (!first) return all;
  return all ? [first, ...all.slice(1)] : Array.from({ length: frames }, () => first);
}

/** The image that stands for all of a ControlNet's until the size of the clip is known. @throws AquatintError "video/control". */
export function firstImage(images: readonly ImageInput[]): ImageInput {
  const [first] = images;
  if (first) return first;
  throw refuse("control", "a ControlNet was given no image", "give one for all frames, or one a frame");
}

interface ControlFrames {
  readonly frames: number;
  readonly size: Size;
}

/** The inputs of ControlNets, whose scales have been checked, with the images of every frame. @throws AquatintError "video/control". */
export function plannedControls(
  checked: readonly PlannedControl[],
  controls: readonly ClipControlOptions[],
  clip: ControlFrames,
): readonly ClipControl[] {
  return checked.map(({ image: _, ...control }, i) => ({
    ...control,
    images: plannedControlImages(itemAt(controls, i).images, clip),
  }));
}

function plannedControlImages(
  images: readonly ImageInput[],
  { frames, size }: { readonly frames: number; readonly size: Size },
) {
  if (images.length !== 1 && images.length !== frames) {
    const message = `a ControlNet was given ${images.length} images for ${frames} frames`;
    throw refuse("control", message, "give one image for all frames, or one a frame");
  }
  return images.map((image, i) => plannedImage(image, { name: `control image ${i}`, size }));
}
