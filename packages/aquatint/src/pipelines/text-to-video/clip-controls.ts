import type { StepIndex } from "../../diffusion/process/denoiser.ts";
import { float32 } from "../../graph/host-tensor.ts";
import { concatFloat32 } from "../../util/concat.ts";
import { itemAt } from "../../util/items.ts";
import { type ControlInput, scaleAt } from "../network/controlnet-inputs.ts";
import type { TextToVideoPlan } from "./plan.ts";

/** The inputs of a clip's ControlNets in step i of n: an image [1, 3, H, W] for all frames, or one for each frame of `clips` clips. */
export function clipControls(
  { controls, width, height }: Pick<TextToVideoPlan, "controls" | "width" | "height">,
  clips: number,
): (step: StepIndex) => readonly ControlInput[] {
  const images = controls.map(({ images: frames }) => {
    const repeats = frames.length === 1 ? 1 : clips;
    const all = Array.from({ length: repeats }, () => frames).flat();
    return float32(
      [all.length, 3, height, width],
      concatFloat32(all).map((v) => v / 2 + 0.5),
    );
  });
  return (step) => controls.map((control, k) => ({ image: itemAt(images, k), scale: scaleAt(control, step) }));
}
